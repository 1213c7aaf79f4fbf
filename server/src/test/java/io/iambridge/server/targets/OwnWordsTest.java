package io.iambridge.server.targets;

import static io.iambridge.server.testing.TargetFixtures.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnWordsTest {
  @Test
  void tokenIsMaskedWholeAndCutShort() {
    String cut = TOKEN.substring(0, TOKEN.length() - 9);
    assertThat(OwnWords.of("bad " + TOKEN + ", or " + cut + "?", TOKEN))
        .isEqualTo("bad ********, or ********?");
    assertThat(OwnWords.of("bad eyJhbGciOiJSUzI", TOKEN)).isEqualTo("bad ********");
  }

  @Test
  void tokenThatIsNoJwtIsMaskedToo() {
    assertThat(OwnWords.of("bad secret-1", "secret-1")).isEqualTo("bad ********");
    assertThat(OwnWords.of("without a token", "")).isEqualTo("without a token");
  }

  @Test
  void textIsOneLineOfBoundedLength() {
    assertThat(OwnWords.of(" a\n\tb\u0007 ", TOKEN)).isEqualTo("a b?");
    assertThat(OwnWords.of("x".repeat(5_000), TOKEN)).hasSize(401).endsWith("…");
  }
}
