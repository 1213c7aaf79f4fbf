import java.net.URI;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/** Version 2: the default chain. */
public final class Client {
  public static void main(String[] args) {
    Answer.run(VersionInfo.SDK_VERSION, args, Client::arn);
  }

  private static String arn(String endpoint, String region, Answer answer) {
    DefaultCredentialsProvider chain = DefaultCredentialsProvider.create();
    chain.resolveCredentials();
    answer.credentialsAreThere();
    return StsClient.builder()
        .endpointOverride(URI.create(endpoint))
        .region(Region.of(region))
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(chain)
        .build()
        .getCallerIdentity()
        .arn();
  }
}
