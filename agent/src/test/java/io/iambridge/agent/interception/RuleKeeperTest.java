package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.Programs.Outcome;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of one family, on tables that are really changed. */
class RuleKeeperTest {
  private static final String IMDS = "169.254.169.254";
  private static final String POD_IDENTITY = "169.254.170.23";
  private static final String TO = "10.0.0.10:3100";
  private final FakeIptables node = new FakeIptables();

  private static Wanted wanted(String host, String from) {
    return new Wanted(
        InetAddress.ofLiteral(host),
        3100,
        InterfacePattern.parse(from),
        /* podIdentity= */ true,
        /* podIdentityForHostNetwork= */ true);
  }

  private RuleKeeper keeper(Backend backend, Wanted wanted) {
    return new RuleKeeper(
        new Iptables(new Commands(node), Variant.of(backend), wanted.family()), wanted);
  }

  private RuleKeeper keeper() {
    return keeper(Backend.NFT, wanted("10.0.0.10", "cali+"));
  }

  private String podsPacketTo(String destination) {
    return node.route(Backend.NFT, "PREROUTING", "cali1", destination);
  }

  private void assertInPlace() {
    assertThat(podsPacketTo(IMDS)).isEqualTo(TO);
    assertThat(podsPacketTo(POD_IDENTITY)).isEqualTo(TO);
    assertThat(node.route(Backend.NFT, "OUTPUT", "", POD_IDENTITY)).isEqualTo(TO);
    assertThat(keeper().looksRight()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "NFT, 10.0.0.10, cali+, cali7, eth0, 10.0.0.10:3100, 169.254.169.254, 169.254.170.23",
    "LEGACY, 10.0.0.10, !eth0, cni0, eth0, 10.0.0.10:3100, 169.254.169.254, 169.254.170.23",
    "NFT, fd00:10::10, cni0, cni0, cni1, [fd00:10::10]:3100, fd00:ec2::254, fd00:ec2::23",
    "LEGACY, fd00:10::10, !eth+, cni0, eth1, [fd00:10::10]:3100, fd00:ec2::254, fd00:ec2::23"
  })
  void podsAreRedirectedAndNobodyElse(
      Backend backend,
      String host,
      String from,
      String pod,
      String outside,
      String to,
      String imds,
      String podIdentity)
      throws InterceptionException {
    keeper(backend, wanted(host, from)).putRight();
    assertThat(node.route(backend, "PREROUTING", pod, imds)).isEqualTo(to);
    assertThat(node.route(backend, "PREROUTING", pod, podIdentity)).isEqualTo(to);
    assertThat(node.route(backend, "PREROUTING", outside, imds)).isEqualTo(imds);
    assertThat(node.route(backend, "OUTPUT", "", podIdentity)).isEqualTo(to);
    assertThat(node.route(backend, "OUTPUT", "", imds)).as("the node's own").isEqualTo(imds);
  }

  @ParameterizedTest
  @EnumSource
  void aSecondTimeNothingIsDone(Backend backend) throws InterceptionException {
    RuleKeeper keeper = keeper(backend, wanted("10.0.0.10", "!eth0"));
    assertThat(keeper.looksRight()).isFalse();
    assertThat(keeper.putRight()).isNotEmpty();
    node.forgetCommands();
    assertThat(keeper.looksRight()).isTrue();
    assertThat(keeper.putRight()).isEmpty();
    assertThat(node.changes()).isEmpty();
  }

  @Test
  void aRuleThatLeadsToALeftoverOfOursIsWorthAThoroughLook() throws InterceptionException {
    Wanted withoutHost =
        new Wanted(
            InetAddress.ofLiteral("10.0.0.10"),
            3100,
            InterfacePattern.parse("cali+"),
            /* podIdentity= */ true,
            /* podIdentityForHostNetwork= */ false);
    RuleKeeper keeper = keeper(Backend.NFT, withoutHost);
    keeper.putRight();
    node.type("iptables-nft -t nat -N IAMBRIDGE-HOST");
    node.type("iptables-nft -t nat -A IAMBRIDGE-HOST -j ACCEPT");
    assertThat(keeper.looksRight()).as("nothing leads there").isTrue();
    node.type("iptables-nft -t nat -I PREROUTING 1 -d 169.254.169.254 -j IAMBRIDGE-HOST");
    assertThat(keeper.looksRight()).isFalse();
    keeper.putRight();
    assertThat(podsPacketTo(IMDS)).isEqualTo(TO);
  }

  @Test
  void chainIsFullBeforeAnythingJumpsToIt() throws InterceptionException {
    List<String> done =
        keeper().putRight().stream().map(command -> command.get(0) + " " + command.get(1)).toList();
    assertThat(done)
        .containsExactly(
            "-N IAMBRIDGE",
            "-A IAMBRIDGE",
            "-A IAMBRIDGE",
            "-I PREROUTING",
            "-N IAMBRIDGE-HOST",
            "-A IAMBRIDGE-HOST",
            "-I OUTPUT");
  }

  @Test
  void everyCommandWaitsForTheLockAndHasNoShell() throws InterceptionException {
    keeper().putRight();
    assertThat(node.commands())
        .allSatisfy(
            command -> assertThat(command).startsWith("iptables-nft", "-w", "5", "-t", "nat"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iptables-nft -t nat -F",
        "iptables-nft -t nat -F PREROUTING",
        "iptables-nft -t nat -F IAMBRIDGE",
        "iptables-nft -t nat -F IAMBRIDGE-HOST",
        "iptables-nft -t nat -D PREROUTING 1",
        "iptables-nft -t nat -D IAMBRIDGE 1",
        "iptables-nft -t nat -D IAMBRIDGE 2",
        "iptables-nft -t nat -I IAMBRIDGE -j RETURN",
        "iptables-nft -t nat -A IAMBRIDGE -j RETURN",
        "iptables-nft -t nat -I IAMBRIDGE-HOST -d 169.254.170.23 -j ACCEPT",
        "iptables-nft -t nat -I PREROUTING -j ACCEPT",
        "iptables-nft -t nat -I PREROUTING ! -i eth0 -j RETURN",
        "iptables-nft -t nat -I PREROUTING -d 169.254.169.254 -m mark --mark 0x1 -j ACCEPT",
        "iptables-nft -t nat -I PREROUTING -i eth3 -j IAMBRIDGE",
        "iptables-nft -t nat -I OUTPUT -d 169.254.170.23 -j ACCEPT",
        "iptables-nft -t nat -I PREROUTING -d 169.254.169.254 -i cali+ -p tcp --dport 80 -j DNAT"
            + " --to-destination 10.0.0.10:8181"
      })
  void whatSomebodyElseDoesIsPutRight(String deed) throws InterceptionException {
    keeper().putRight();
    node.type(deed);
    assertThat(keeper().looksRight()).isFalse();
    assertThat(keeper().putRight()).isNotEmpty();
    assertInPlace();
    assertThat(node.rules(Backend.NFT, Family.IPV4, "IAMBRIDGE")).hasSize(2);
    assertThat(
            node.rules(Backend.NFT, Family.IPV4, "PREROUTING").stream()
                .filter(rule -> rule.endsWith("-j IAMBRIDGE")))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iptables-nft -t nat -I PREROUTING -m comment --comment x -j KUBE-SERVICES",
        "iptables-nft -t nat -I PREROUTING -m addrtype --dst-type LOCAL -j ACCEPT",
        "iptables-nft -t nat -I PREROUTING -d 10.0.0.1 -j ACCEPT",
        "iptables-nft -t nat -A PREROUTING -j ACCEPT"
      })
  void placeInTheChainIsNotFoughtFor(String deed) throws InterceptionException {
    node.type("iptables-nft -t nat -N KUBE-SERVICES");
    keeper().putRight();
    node.type(deed);
    assertThat(keeper().looksRight()).isTrue();
    assertThat(keeper().putRight()).isEmpty();
  }

  @Test
  void jumpMovesToTheFrontWithoutAMomentWithoutOne() throws InterceptionException {
    keeper().putRight();
    for (int time = 0; time < 5; time++) {
      node.type(
          "iptables-nft -t nat -I PREROUTING -d 169.254.169.254 -i cali+ -p tcp --dport 80 -j DNAT"
              + " --to-destination 10.0.0.10:8181");
      node.disturb(command -> {
        assertThat(node.rules(Backend.NFT, Family.IPV4, "PREROUTING"))
            .anyMatch(rule -> rule.endsWith("-j IAMBRIDGE"));
        return Optional.empty();
      });
      assertThat(podsPacketTo(IMDS)).isEqualTo("10.0.0.10:8181");
      keeper().putRight();
      assertInPlace();
    }
    assertThat(node.rules(Backend.NFT, Family.IPV4, "PREROUTING")).hasSize(6);
  }

  @Test
  void newPortOrInterfaceReplacesTheOldWithoutAGap() throws InterceptionException {
    keeper(Backend.NFT, wanted("10.0.0.9", "!eth0")).putRight();
    node.disturb(command -> {
      assertThat(podsPacketTo(IMDS)).isIn("10.0.0.9:3100", TO);
      return Optional.empty();
    });
    keeper().putRight();
    assertInPlace();
    assertThat(node.route(Backend.NFT, "PREROUTING", "cni0", IMDS)).isEqualTo(IMDS);
  }

  @Test
  void hostChainGoesWhenPodIdentityIsNotServed() throws InterceptionException {
    keeper().putRight();
    Wanted forward =
        new Wanted(
            InetAddress.ofLiteral("10.0.0.10"),
            3100,
            InterfacePattern.parse("cali+"),
            /* podIdentity= */ true,
            /* podIdentityForHostNetwork= */ false);
    keeper(Backend.NFT, forward).putRight();
    assertThat(node.hasChain(Backend.NFT, Family.IPV4, "IAMBRIDGE-HOST")).isFalse();
    assertThat(node.route(Backend.NFT, "OUTPUT", "", POD_IDENTITY)).isEqualTo(POD_IDENTITY);
    assertThat(podsPacketTo(POD_IDENTITY)).isEqualTo(TO);
  }

  @Test
  void withoutPodIdentityItsAddressIsLeftAlone() throws InterceptionException {
    Wanted off =
        new Wanted(
            InetAddress.ofLiteral("10.0.0.10"),
            3100,
            InterfacePattern.parse("cali+"),
            /* podIdentity= */ false,
            /* podIdentityForHostNetwork= */ true);
    keeper(Backend.NFT, off).putRight();
    assertThat(podsPacketTo(IMDS)).isEqualTo(TO);
    assertThat(podsPacketTo(POD_IDENTITY)).isEqualTo(POD_IDENTITY);
    assertThat(node.hasChain(Backend.NFT, Family.IPV4, "IAMBRIDGE-HOST")).isFalse();
  }

  @Test
  void whatFailsOnceIsTriedAgain() throws InterceptionException {
    AtomicInteger inserts = new AtomicInteger();
    node.disturb(command ->
        command.contains("-I") && inserts.incrementAndGet() == 1
            ? Optional.of(new Outcome.Exited(4, "iptables: Resource temporarily unavailable."))
            : Optional.empty());
    keeper().putRight();
    assertInPlace();
  }

  @Test
  void whatFailsAlwaysIsToldAndTheRestIsThere() {
    node.disturb(command ->
        command.contains("OUTPUT") && command.contains("-I")
            ? Optional.of(new Outcome.Exited(4, "iptables v1.8.9 (nf_tables): No space left."))
            : Optional.empty());
    assertThatThrownBy(() -> keeper().putRight())
        .isInstanceOf(InterceptionException.class)
        .hasMessageContaining("failed with exit status 4: No space left.")
        .hasMessageContaining("-I OUTPUT 1");
    assertThat(podsPacketTo(IMDS)).isEqualTo(TO);
    assertThat(node.changes()).as("does not try for ever").hasSizeLessThan(30);
  }

  @Test
  void somebodyWhoAlwaysUndoesItIsToldOf() {
    node.disturb(command -> {
      if (command.contains("-S") && node.hasChain(Backend.NFT, Family.IPV4, "IAMBRIDGE")) {
        node.type("iptables-nft -t nat -F");
      }
      return Optional.empty();
    });
    assertThatThrownBy(() -> keeper().putRight())
        .isInstanceOf(InterceptionException.class)
        .hasMessageContaining("something else changes the rules");
  }

  @Test
  void lockThatIsNeverFreeIsToldByIptables() {
    node.disturb(_ ->
        Optional.of(
            new Outcome.Exited(
                4,
                "Another app is currently holding the xtables lock; still 4s 0us time ahead to"
                    + " have a chance to grab the lock...\n")));
    assertThatThrownBy(() -> keeper().putRight()).hasMessageContaining("xtables lock");
  }

  @Test
  void processThatHangsIsTold() {
    node.disturb(_ -> Optional.of(new Outcome.Ended("iptables-nft did not end within 10 s")));
    assertThatThrownBy(() -> keeper().putRight()).hasMessageContaining("did not end");
    assertThat(node.commands()).hasSize(1);
  }

  @Test
  void permissionThatIsMissingIsSaidInOneLine() {
    node.withoutPermission();
    assertThatThrownBy(() -> keeper().putRight())
        .hasMessage(
            "iptables-nft lacks permission; the agent has to run as root with the capabilities"
                + " NET_ADMIN and NET_RAW: Could not fetch rule set generation id: Permission denied"
                + " (you must be root)");
  }

  @Test
  void tableFullOfRulesIsRefusedBeforeMemoryIsFull() {
    node.disturb(_ -> Optional.empty());
    Programs endless =
        (command, output) -> {
          for (int i = 0; i <= NatTable.Reader.MAX_RULES; i++) {
            output.accept("-A PREROUTING -j ACCEPT");
          }
          return new Outcome.Exited(0, "");
        };
    Iptables iptables = new Iptables(new Commands(endless), Variant.of(Backend.NFT), Family.IPV4);
    assertThatThrownBy(iptables::list)
        .isInstanceOf(InterceptionException.class)
        .hasMessageContaining("more than 10000 rules");
  }

  @Test
  void rulesOfKubeProxyAreForgottenAtOnce() {
    NatTable.Reader reader = new NatTable.Reader();
    for (int i = 0; i < 100_000; i++) {
      reader.accept("-A KUBE-SVC-" + i + " -d 10.96.0.1/32 -p tcp -j KUBE-SEP-" + i);
    }
    reader.accept("-A KUBE-SVC-X -d 169.254.169.254/32 -j ACCEPT");
    assertThat(reader.overflown()).isFalse();
    assertThat(reader.table().chains()).containsOnlyKeys("KUBE-SVC-X");
  }
}
