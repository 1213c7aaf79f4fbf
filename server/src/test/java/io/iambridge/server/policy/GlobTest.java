package io.iambridge.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', a, false",
    "*, '', true",
    "*, abc, true",
    "a*, a, true",
    "a*, ba, false",
    "*a, ba, true",
    "*a, ab, false",
    "a*b*c, a1b2b3c, true",
    "a*b*c, a1c2b, false",
    "**a**, xay, true",
    "a.c, abc, false",
    "a?c, abc, false",
    "*a*a*, a, false",
  })
  void starsStandForAnyTextAndEverythingElseForItself(String glob, String text, boolean matches) {
    assertThat(new Glob(glob).matches(text)).isEqualTo(matches);
  }

  @Test
  void itAgreesWithARegularExpression() {
    long seed = new Random().nextLong();
    System.out.println("GlobTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String glob = word(random, "ab*", 8);
      String text = word(random, "ab", 10);
      assertThat(new Glob(glob).matches(text))
          .as("seed %d: %s against %s", seed, glob, text)
          .isEqualTo(text.matches(glob.replace("*", ".*")));
    }
  }

  @Test
  void manyStarsTakeNoTime() {
    assertThat(new Glob("*a".repeat(2_000) + "b").matches("a".repeat(600))).isFalse();
  }

  private static String word(Random random, String letters, int most) {
    StringBuilder word = new StringBuilder();
    for (int n = random.nextInt(most); n > 0; n--) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }
}
