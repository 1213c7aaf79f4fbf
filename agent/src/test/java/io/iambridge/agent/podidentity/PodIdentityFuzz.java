package io.iambridge.agent.podidentity;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.podidentity.PodIdentityRequest.Asked;
import io.iambridge.agent.podidentity.PodIdentityRequest.Rejected;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Pod Identity requests: only a token that can break out of nothing, for our name, is taken. */
public final class PodIdentityFuzz {
  private static final String JWT = "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+";

  private PodIdentityFuzz() {}

  /** Host on the first line, then tokens. */
  public static void run(byte[] input) {
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    headers.add("Host", lines[0]);
    for (String token : List.of(lines).subList(1, lines.length)) {
      headers.add("Authorization", token);
    }
    switch (PodIdentityRequest.parse(headers)) {
      case Asked(Token token) -> {
        assertThat(lines).as("one token").hasSize(2);
        assertThat(lines[0]).containsAnyOf("169.254.170.23", "::23");
        assertThat(token.secret()).matches(JWT).isEqualTo(lines[1].strip());
        assertThat(token.toString()).doesNotContain(token.secret());
        assertThat(token.hash().sha256()).matches("[0-9a-f]{64}");
      }
      case Rejected(var _, var response) -> assertThat(response.status()).isIn(400, 403);
    }
  }
}
