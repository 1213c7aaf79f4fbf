package io.iambridge.agent.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.imds.ImdsRequest.CreateToken;
import io.iambridge.agent.imds.ImdsRequest.GetCredentials;
import io.iambridge.agent.imds.ImdsRequest.GetInfo;
import io.iambridge.agent.imds.ImdsRequest.GetMetadata;
import io.iambridge.agent.imds.ImdsRequest.ListRole;
import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.PathFuzz;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What a request asks for: nothing of an identity but in its plain spelling. */
public final class RequestFuzz {
  private static final Pattern PLAIN_IAM =
      Pattern.compile(
          "/+(?:latest|1\\.0|\\d{4}-\\d\\d-\\d\\d)/+meta-data/+iam/+"
              + "(?:info/*|security-credentials(?:/+[!-~&&[^;\\\\?]]*)?)");

  private RequestFuzz() {}

  /** Method and target, then a header on each line. */
  public static void run(byte[] input) {
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
    String[] first = lines[0].split(" ", 2);
    String method = first[0];
    String target = first.length > 1 ? first[1] : "";
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.add(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
      }
    }
    ImdsRequest request = ImdsRequest.parse(method, target, headers, PathFuzz.EVERYTHING);
    switch (request) {
      case GetCredentials _, GetInfo _, ListRole _ -> {
        assertThat(method).isIn("GET", "HEAD");
        assertPlain(target);
      }
      case GetMetadata(var path) -> {
        assertThat(method).isIn("GET", "HEAD");
        PathFuzz.assertHarmless(path.value());
        assertThat(PLAIN_IAM.matcher(withoutQuery(target)).matches()).as(target).isFalse();
      }
      case CreateToken(int seconds) -> {
        assertThat(method).isEqualTo("PUT");
        assertThat(seconds).isBetween(1, ImdsRequestParser.MAX_TTL_SECONDS);
        assertThat(headers.contains("X-Forwarded-For")).isFalse();
      }
      default -> {}
    }
    if (!(request instanceof GetMetadata)) {
      assertThat(ImdsRequest.parse(method, target, headers, AllowedRoutes.NONE).getClass())
          .as("what is allowed of others changes nothing of ours")
          .isIn(request.getClass(), ImdsRequest.NotServed.class);
    }
  }

  /** That a target which is answered with something of an identity says so in plain words. */
  static void assertPlain(String target) {
    String path = withoutQuery(target);
    assertThat(PLAIN_IAM.matcher(path).matches()).as(target).isTrue();
    assertThat(path.split("/")).doesNotContain(".", "..");
  }

  private static String withoutQuery(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }
}
