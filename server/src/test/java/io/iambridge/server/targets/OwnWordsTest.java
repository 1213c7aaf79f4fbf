package io.iambridge.server.targets;

import static io.iambridge.server.testing.TargetFixtures.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OwnWordsTest {
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.";

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

  @Test
  void noPartOfASecretIsLeftWhereverItWasCut() {
    Random random = new Random(7);
    String secret =
        random
            .ints(600, 0, LETTERS.length())
            .mapToObj(i -> LETTERS.substring(i, i + 1))
            .collect(Collectors.joining());
    for (int i = 0; i < 300; i++) {
      int from = random.nextInt(secret.length() - 10);
      int to = from + 10 + random.nextInt(secret.length() - from - 9);
      assertThat(OwnWords.of("Value '" + secret.substring(from, to) + "' is bad", "other", secret))
          .as("from %d to %d", from, to)
          .isEqualTo("Value '********' is bad");
    }
    assertThat(OwnWords.of(secret.repeat(50), secret)).matches("\\**…?");
  }
}
