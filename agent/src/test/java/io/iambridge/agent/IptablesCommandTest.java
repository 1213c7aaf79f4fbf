package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.interception.FakeIptables;
import io.iambridge.common.cli.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * What a person sees of the rules. The machine's own IPv6 must not matter: it is in other lines.
 */
class IptablesCommandTest {
  private static final String NAT = "iptables-nft -t nat ";
  private static final String NAT6 = "ip6tables-nft -t nat ";

  private final FakeIptables node = new FakeIptables();
  private final StringWriter printed = new StringWriter();

  private int run(String... args) {
    PrintWriter out = new PrintWriter(printed);
    return new Program(new IptablesCommand(node), "").output(out, out).run(args);
  }

  private List<String> ipv4() {
    return printed.toString().lines().filter(line -> !line.startsWith("ipv6")).toList();
  }

  private void install() {
    for (String line :
        List.of(
            "-N IAMBRIDGE",
            "-A IAMBRIDGE -d %s -p tcp --dport 80 -j DNAT --to-destination %s",
            "-A PREROUTING -i cali+ -j IAMBRIDGE")) {
      node.type(NAT + line.formatted("169.254.169.254", "10.0.0.10:3100"));
      node.type(NAT6 + line.formatted("fd00:ec2::254", "[fd00:10::10]:3100"));
    }
  }

  @Test
  void rulesInPlaceAreATableAndExit0() {
    install();
    node.type(
        NAT
            + "-A IAMBRIDGE -d 169.254.170.23 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:3100");
    assertThat(run()).isZero();
    // The column TO is wider on a machine that has IPv6.
    assertThat(ipv4().stream().map(line -> line.replaceFirst("(TO|:3100) +", "$1  ")))
        .containsExactly(
            "FAMILY  ADDRESS          FROM   TO  STATE",
            "ipv4    169.254.169.254  cali+  10.0.0.10:3100  in place",
            "ipv4    169.254.170.23   cali+  10.0.0.10:3100  in place");
    List<Integer> columns =
        printed
            .toString()
            .lines()
            .map(line -> Math.max(line.indexOf("STATE"), line.indexOf("in place")))
            .filter(column -> column >= 0)
            .distinct()
            .toList();
    assertThat(columns).as("aligned").hasSize(1);
  }

  @Test
  void podIdentityMayBeOff() {
    install();
    assertThat(run()).isZero();
    assertThat(ipv4()).anyMatch(line -> line.matches("ipv4 +169.254.170.23 .* not intercepted"));
  }

  @Test
  void nothingIsExit1() {
    assertThat(run()).isEqualTo(1);
    assertThat(ipv4())
        .anyMatch(line ->
            line.matches(
                "ipv4 +169.254.169.254 +- +- +missing: no jump from PREROUTING to IAMBRIDGE"));
  }

  @Test
  void ruleThatComesFirstIsShownAndNamedAsForeign() {
    install();
    node.type(
        NAT
            + "-I PREROUTING -d 169.254.169.254 -i cali+ -p tcp --dport 80 -j DNAT --to-destination"
            + " 10.0.0.10:8181");
    node.type("iptables-legacy -t nat -N IAMBRIDGE");
    assertThat(run()).isEqualTo(1);
    assertThat(ipv4())
        .anyMatch(
            line -> line.contains("captured: first comes -A PREROUTING -d 169.254.169.254/32"))
        .anyMatch(line ->
            line.startsWith("rule of somebody else (kiam or kube2iam; IPv4, nft): -A PREROUTING"))
        .contains("chain of ours that is not used (IPv4, legacy): IAMBRIDGE");
  }

  @Test
  void removeSaysWhatItDid() {
    install();
    assertThat(run("--remove")).isZero();
    assertThat(printed.toString().lines())
        .containsExactly(
            "iptables-nft -t nat -D PREROUTING -i cali+ -j IAMBRIDGE",
            "iptables-nft -t nat -F IAMBRIDGE",
            "iptables-nft -t nat -X IAMBRIDGE",
            "ip6tables-nft -t nat -D PREROUTING -i cali+ -j IAMBRIDGE",
            "ip6tables-nft -t nat -F IAMBRIDGE",
            "ip6tables-nft -t nat -X IAMBRIDGE",
            "Removed.");
    assertThat(run("--remove")).isZero();
    assertThat(printed.toString()).endsWith("Nothing was there.\n");
  }

  @Test
  void withoutPermissionThereIsOneLineAndExit1() {
    node.withoutPermission();
    assertThat(run()).isEqualTo(1);
    assertThat(run("--remove")).isEqualTo(1);
    assertThat(printed.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("iptables: iptables-nft lacks permission; "));
  }

  @Test
  void isACommandOfTheAgentAndNeedsNoneOfItsFlags() {
    CommandLine agent = new CommandLine(new AgentCommand(Map.of(), (_, _, _, _) -> {}));
    assertThat(
            agent
                .parseArgs("iptables", "--remove")
                .subcommand()
                .matchedOptionValue("--remove", false))
        .isTrue();
  }
}
