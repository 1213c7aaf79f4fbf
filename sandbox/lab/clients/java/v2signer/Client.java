import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.signer.Aws4Signer;
import software.amazon.awssdk.auth.signer.params.Aws4SignerParams;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.regions.Region;

/**
 * Version 2 where the registry has no client of STS of it: the default chain, and the SDK's own
 * signature.
 */
public final class Client {
  public static void main(String[] args) {
    Answer.run(VersionInfo.SDK_VERSION, args, Client::arn);
  }

  private static String arn(String endpoint, String region, Answer answer) throws Exception {
    AwsCredentials credentials = DefaultCredentialsProvider.create().resolveCredentials();
    answer.credentialsAreThere();
    URI uri = URI.create(endpoint);
    SdkHttpFullRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.GET)
            .protocol(uri.getScheme())
            .host(uri.getHost())
            .port(uri.getPort())
            .encodedPath("/")
            .putRawQueryParameter("Action", "GetCallerIdentity")
            .putRawQueryParameter("Version", "2011-06-15")
            .build();
    Aws4SignerParams how =
        Aws4SignerParams.builder()
            .awsCredentials(credentials)
            .signingName("sts")
            .signingRegion(Region.of(region))
            .build();
    Map<String, String> headers = new HashMap<>();
    Aws4Signer.create()
        .sign(request, how)
        .headers()
        .forEach((name, values) -> headers.put(name, values.get(0)));
    return SignedGet.arn(endpoint, headers);
  }
}
