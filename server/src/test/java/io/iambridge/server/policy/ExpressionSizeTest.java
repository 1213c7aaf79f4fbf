package io.iambridge.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpressionSizeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "abc 3",
        "a{5} 20",
        "a{2,5} 30",
        "a{5,} 25",
        "a{0} 4",
        "(ab){10} 80",
        "((a{10}){10}){10} 17000",
        "a{999999999}{999999999}{999999999} 4000000000",
      })
  void aSizeIsTheLengthTimesAllRepetitions(String expression, long size) {
    assertThat(ExpressionSize.of(expression)).isGreaterThanOrEqualTo(size);
    assertThat(ExpressionSize.of(expression)).isPositive();
  }

  /**
   * The bound holds for whatever the compiler takes: what is small by our estimate never gets large
   * in its hands.
   */
  @Test
  void whatIsEstimatedSmallCompilesSmall() {
    long seed = new Random().nextLong();
    System.out.println("ExpressionSizeTest seed " + seed);
    Random random = new Random(seed);
    String[] pieces = {
      "a",
      "b",
      "(",
      ")",
      "(?:",
      "[",
      "]",
      "^",
      "$",
      "|",
      "*",
      "+",
      "?",
      "{3}",
      "{9,}",
      "{2,8}",
      "\\Q",
      "\\E",
      "\\",
      "\\x{41}",
      "\\p{Greek}",
      "[]",
      "[^]",
      "{",
      "}",
      ".",
      "(?i)",
      "[:alpha:]",
      "{41}",
      "(?P<n>",
      "\\Q\\E",
      ":]",
      "-",
      "\\d",
      "\\]"
    };
    int compiled = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder expression = new StringBuilder();
      for (int n = random.nextInt(14); n >= 0; n--) {
        expression.append(pieces[random.nextInt(pieces.length)]);
      }
      long estimate = ExpressionSize.of(expression.toString());
      if (estimate > 20_000) {
        continue;
      }
      try {
        int program = Pattern.compile(expression.toString()).programSize();
        compiled++;
        assertThat((long) program)
            .as("seed %d: %s", seed, expression)
            .isLessThanOrEqualTo(8 * estimate + 16);
      } catch (PatternSyntaxException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    assertThat(compiled).isGreaterThan(1_000);
  }
}
