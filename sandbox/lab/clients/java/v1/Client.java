import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.securitytoken.AWSSecurityTokenServiceClientBuilder;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityRequest;
import com.amazonaws.util.VersionInfoUtils;

/** Version 1: the default chain. */
public final class Client {
  public static void main(String[] args) {
    Answer.run(VersionInfoUtils.getVersion(), args, Client::arn);
  }

  private static String arn(String endpoint, String region, Answer answer) {
    AWSCredentialsProvider chain = new DefaultAWSCredentialsProviderChain();
    chain.getCredentials();
    answer.credentialsAreThere();
    return AWSSecurityTokenServiceClientBuilder.standard()
        .withEndpointConfiguration(new EndpointConfiguration(endpoint, region))
        .withCredentials(chain)
        .build()
        .getCallerIdentity(new GetCallerIdentityRequest())
        .getArn();
  }
}
