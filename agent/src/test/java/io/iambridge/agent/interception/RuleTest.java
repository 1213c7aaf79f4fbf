package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleTest {
  private static Rule rule(String line) {
    return Rule.of(Words.split(line));
  }

  /** All printed by iptables 1.8.9, or by older and newer ones. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-d 169.254.169.254/32 ! -i eth0 -p tcp -m tcp --dport 80 -m comment --comment"
            + " \"a b\" -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 ! -i eth0 -p tcp -m comment --comment \"a b\" -m tcp --dport 80"
            + " -j DNAT --to-destination 10.0.0.10:3100",
        "! -i eth0 -d 169.254.169.254 -p 6 -m tcp --dport 80 -j DNAT --to-destination"
            + " 10.0.0.10:3100",
        "-d 169.254.169.254/32 ! -i eth0 -p tcp -m tcp --dport 80:80 -j DNAT --to-destination"
            + " 10.0.0.10:3100"
      })
  void isTheSameHoweverItIsPrinted(String printed) {
    Rule ours =
        rule(
            "! -i eth0 -d 169.254.169.254 -p tcp --dport 80 -m comment --comment x -j DNAT"
                + " --to-destination 10.0.0.10:3100");
    assertThat(rule(printed).sameAs(ours)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-d 169.254.169.254/31 -i cali+ -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "! -d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 ! -i cali+ -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali+ -p udp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali+ ! -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali+ -p tcp --dport 81 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali+ -p tcp -j DNAT --to-destination 10.0.0.10:3100",
        "-s 10.0.0.0/8 -d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3101",
        "-d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100 --random",
        "-d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -j RETURN",
        "-d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -g DNAT --to-destination 10.0.0.10:3100",
        "-d 169.254.169.254/32 -i cali+ -p tcp --dport 80"
      })
  void everyOtherRuleIsAnother(String printed) {
    Rule ours =
        rule(
            "-d 169.254.169.254/32 -i cali+ -p tcp --dport 80 -j DNAT --to-destination"
                + " 10.0.0.10:3100");
    assertThat(rule(printed).sameAs(ours)).isFalse();
  }

  @Test
  void commentMakesADifferenceForDeletionOnly() {
    Rule some = rule("-i a -m comment --comment \"with \\\"quote\\\" \\\\ back\" -j X");
    Rule other = rule("-i a -m comment --comment y -j X");
    assertThat(some.comment()).isEqualTo("with \"quote\" \\ back");
    assertThat(some.sameAs(other)).isTrue();
    assertThat(some.deletes(other)).isFalse();
    assertThat(some.deletes(rule("-m comment --comment 'x' -j X"))).isFalse();
  }

  @Test
  void wordsAreQuotedAgainForPeople() {
    List<String> words = List.of("-m", "comment", "--comment", "a \"b\" \\c", "");
    assertThat(Words.split(Words.join(words))).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "169.254.169.254/32, 169.254.169.254, true",
    "169.254.0.0/16, 169.254.169.254, true",
    "169.254.169.252/30, 169.254.169.254, true",
    "169.254.169.252/31, 169.254.169.254, false",
    "0.0.0.0/0, 169.254.169.254, true",
    "fd00:ec2::/32, fd00:ec2::254, true",
    "fd00:ec2::/32, 169.254.169.254, false"
  })
  void networkHasTheAddressesItHas(String net, String address, boolean within) {
    assertThat(Network.parse(net).orElseThrow().contains(java.net.InetAddress.ofLiteral(address)))
        .isEqualTo(within);
  }

  @ParameterizedTest
  @ValueSource(strings = {"169.254.0.0/255.0.255.0", "example.org", "1.2.3.4/33", "1.2.3.4/-1", ""})
  void whatIsNoNetworkIsKeptAsItStands(String text) {
    assertThat(Network.parse(text)).isEmpty();
    assertThat(Rule.of(List.of("!", "-d", text, "-j", "DNAT")).conditions().others())
        .containsExactly("!", "-d", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-d", "-j", "!", "-m", "-i -j X", "--dport", "--dport x -j Y", "-A", ""})
  void whatIsCutOffBreaksNothing(String line) {
    assertThat(rule(line).words()).isEqualTo(Words.split(line));
  }
}
