import com.amazonaws.DefaultRequest;
import com.amazonaws.auth.AWS4Signer;
import com.amazonaws.auth.AWSCredentials;
import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.http.HttpMethodName;
import com.amazonaws.util.VersionInfoUtils;
import java.net.URI;

/** Version 1 before it knew GetCallerIdentity: the default chain, and the SDK's own signature. */
public final class Client {
  public static void main(String[] args) {
    Answer.run(VersionInfoUtils.getVersion(), args, Client::arn);
  }

  private static String arn(String endpoint, String region, Answer answer) throws Exception {
    AWSCredentials credentials = new DefaultAWSCredentialsProviderChain().getCredentials();
    answer.credentialsAreThere();
    DefaultRequest<Void> request = new DefaultRequest<Void>("sts");
    request.setEndpoint(URI.create(endpoint));
    request.setHttpMethod(HttpMethodName.GET);
    request.setResourcePath("/");
    request.addParameter("Action", "GetCallerIdentity");
    request.addParameter("Version", "2011-06-15");
    AWS4Signer signer = new AWS4Signer();
    signer.setServiceName("sts");
    signer.setRegionName(region);
    signer.sign(request, credentials);
    return SignedGet.arn(endpoint, request.getHeaders());
  }
}
