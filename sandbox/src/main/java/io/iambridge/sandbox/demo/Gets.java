package io.iambridge.sandbox.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * What a pod gets, found out as its SDK would: a session token, the role, its credentials; and then
 * a signed call with them, for what credentials are worth is told by who STS says their holder is.
 *
 * @param status of the first answer that was not 200, else 200
 * @param text with status 200 the ARN that STS knows the credentials by, else the reason
 */
public record Gets(int status, String text) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int OK = 200;
  private static final int TTL_SECONDS = 300;

  /** Asks from the address. */
  public static Gets at(Sandbox sandbox, String address) throws IOException {
    PodClient pod = sandbox.podAt(address);
    PodAnswer token = pod.token(TTL_SECONDS);
    if (token.status() != OK) {
      return new Gets(token.status(), token.body());
    }
    PodAnswer role = pod.roles(Optional.of(token.body()));
    if (role.status() != OK) {
      return new Gets(role.status(), role.body());
    }
    PodAnswer document = pod.credentials(role.body(), Optional.of(token.body()));
    return document.status() == OK
        ? new Gets(OK, identity(sandbox.sts().endpoint(), JSON.readTree(document.body())))
        : new Gets(document.status(), document.body());
  }

  /** Asks 169.254.170.23 with a token. */
  public static Gets byToken(Sandbox sandbox, PodClient pod, String token) throws IOException {
    PodAnswer document = pod.podIdentity(token);
    return document.status() == OK
        ? new Gets(OK, identity(sandbox.sts().endpoint(), JSON.readTree(document.body())))
        : new Gets(document.status(), document.body());
  }

  private static String identity(URI sts, JsonNode document) {
    AwsSessionCredentials credentials =
        AwsSessionCredentials.create(
            document.path("AccessKeyId").asText(),
            document.path("SecretAccessKey").asText(),
            document.path("Token").asText());
    try (StsClient client =
        StsClient.builder()
            .endpointOverride(sts)
            .region(Region.of(Sandbox.REGION))
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .build()) {
      return client.getCallerIdentity().arn();
    }
  }

  /** Whether this is what the demo pod must get. */
  public boolean fits(DemoPod pod) {
    return status == pod.status()
        && (status == OK ? text.equals(pod.gets()) : text.contains(pod.gets()));
  }
}
