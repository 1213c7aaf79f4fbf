package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InterfacePatternTest {
  private static final List<String> PATTERNS =
      List.of("a", "ab", "b", "a+", "ab+", "b+", "!a", "!ab", "!a+", "!b+", "+");

  /** Enough to tell any two of the patterns apart. */
  private static final List<String> NAMES = List.of("a", "ab", "abc", "ac", "b", "bc", "c");

  @ParameterizedTest
  @CsvSource({
    "cali+, cali1234, true",
    "cali+, eth0, false",
    "!eth0, eth0, false",
    "!eth0, eth01, true",
    "!eth+, eth01, false",
    "cni0, cni0, true",
    "+, lo, true"
  })
  void meansWhatIptablesMeans(String pattern, String name, boolean matches) {
    assertThat(InterfacePattern.parse(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  void relationsHoldForEveryPairOfPatterns() {
    for (String first : PATTERNS) {
      for (String second : PATTERNS) {
        InterfacePattern some = InterfacePattern.parse(first);
        InterfacePattern others = InterfacePattern.parse(second);
        assertThat(some.within(others))
            .as(first + " within " + second)
            .isEqualTo(
                NAMES.stream().allMatch(name -> !some.matches(name) || others.matches(name)));
        assertThat(some.apartFrom(others))
            .as(first + " apart from " + second)
            .isEqualTo(
                NAMES.stream().noneMatch(name -> some.matches(name) && others.matches(name)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "!", "!+", "a b", "-i", "eth0/x", "sixteencharacters", "a;b", "!!eth0", "ä"})
  void whatNoInterfaceIsCalledIsRefused(String text) {
    assertThatThrownBy(() -> InterfacePattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker0", "cali+", "!eth0", "!eth+", "+", "eth0.100", "br-1f2e"})
  void printsAsItReads(String text) {
    assertThat(InterfacePattern.parse(text)).hasToString(text);
  }
}
