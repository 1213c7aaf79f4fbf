package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.InterceptionConfig.Mode;
import io.iambridge.agent.interception.NodeInterfaces.NodeInterface;
import io.iambridge.agent.interception.Programs.Outcome;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From install to close, with time moved by hand. */
class InterceptionTest {
  private static final String KIAM =
      " -t nat -A PREROUTING -d 169.254.169.254 -i cali+ -p tcp --dport 80 -j DNAT"
          + " --to-destination 10.0.0.10:8181";
  private static final Duration A_MINUTE = Duration.ofMinutes(1);

  private final FakeIptables node = new FakeIptables();
  private final List<NodeInterface> interfaces = new ArrayList<>();
  private final ManualScheduler time = new ManualScheduler(new FakeClock());
  private final PrometheusRegistry registry = new PrometheusRegistry();

  InterceptionTest() {
    interfaces.add(up("eth0", "10.0.0.10"));
    interfaces.add(up("cali1"));
  }

  private static NodeInterface up(String name, String... addresses) {
    return new NodeInterface(
        name, /* usable= */ true, Stream.of(addresses).map(InetAddress::ofLiteral).toList());
  }

  private static InterceptionConfig config(boolean takeover, boolean removeAtStop) {
    return new InterceptionConfig(
        List.of(InetAddress.ofLiteral("10.0.0.10")),
        Optional.of(InterfacePattern.parse("cali+")),
        Mode.AUTO,
        takeover,
        removeAtStop,
        /* podIdentity= */ true,
        /* podIdentityForHostNetwork= */ true);
  }

  private Interception interception(InterceptionConfig config) {
    return new Interception(
        config,
        node,
        () -> List.copyOf(interfaces),
        time,
        new PrometheusAgentMetrics(registry, "test"));
  }

  private Interception interception() {
    return interception(config(/* takeover= */ false, /* removeAtStop= */ false));
  }

  private Interception installed() {
    Interception interception = interception();
    interception.install(3100);
    return interception;
  }

  private String podToImds(Backend backend) {
    return node.route(backend, "PREROUTING", "cali1", "169.254.169.254");
  }

  private List<String> metrics() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, registry.scrape());
    return text.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void nothingIsDoneBeforeInstall() {
    Interception interception = interception();
    time.advance(A_MINUTE);
    assertThat(node.commands()).isEmpty();
    assertThat(interception.notInPlace()).isPresent();
  }

  @ParameterizedTest
  @EnumSource
  void installPutsTheRulesInTheBackendOfTheNodeAndCutsWhatIsOlder(Backend backend)
      throws IOException {
    node.kubelet(backend, "KUBE-IPTABLES-HINT");
    Interception interception = installed();
    assertThat(podToImds(backend)).isEqualTo("10.0.0.10:3100");
    assertThat(interception.notInPlace()).isEmpty();
    assertThat(node.cuts()).containsExactly("169.254.169.254", "169.254.170.23");
    assertThat(metrics())
        .contains(
            "iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0",
            "iambridge_agent_interception_repairs_total 0.0",
            "iambridge_agent_interception_failures_total 0.0",
            "iambridge_agent_interception_foreign_rules 0.0")
        .noneMatch(line -> line.contains("ipv6"));
  }

  @Test
  void nodeWithIpv6HasBothFamilies() throws IOException {
    interfaces.add(up("eth1", "fd00:10::10"));
    installed();
    assertThat(node.route(Backend.NFT, "PREROUTING", "cali1", "fd00:ec2::254"))
        .isEqualTo("[fd00:10::10]:3100");
    assertThat(node.cuts()).contains("fd00:ec2::254", "fd00:ec2::23");
    assertThat(metrics()).contains("iambridge_agent_interception_in_place{family=\"ipv6\"} 1.0");
  }

  @Test
  void ipv6ThatComesLaterIsInterceptedAtTheNextLook() {
    installed();
    interfaces.add(up("eth1", "fd00:10::10"));
    time.advance(Interception.INTERVAL);
    assertThat(node.route(Backend.NFT, "PREROUTING", "cali1", "fd00:ec2::254"))
        .isEqualTo("[fd00:10::10]:3100");
  }

  @Test
  void foundAddressThatGoesFromTheNodeIsReplacedAndOneThatStaysIsKept() {
    interfaces.add(up("eth1", "fd00:10::10"));
    installed();
    interfaces.add(1, up("eth2", "fd00:10::11"));
    time.advance(Interception.INTERVAL);
    assertThat(node.route(Backend.NFT, "PREROUTING", "cali1", "fd00:ec2::254"))
        .isEqualTo("[fd00:10::10]:3100");
    interfaces.removeLast();
    time.advance(Interception.INTERVAL);
    assertThat(node.route(Backend.NFT, "PREROUTING", "cali1", "fd00:ec2::254"))
        .isEqualTo("[fd00:10::11]:3100");
  }

  @Test
  void addressThatWasGivenOrHasNoOtherInItsPlaceIsKept() {
    interfaces.add(up("eth1", "fd00:10::10"));
    Interception interception = installed();
    interfaces.clear();
    interfaces.add(up("eth3", "10.0.0.99"));
    time.advance(A_MINUTE);
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(node.route(Backend.NFT, "PREROUTING", "cali1", "fd00:ec2::254"))
        .as("refused is better than the node's role")
        .isEqualTo("[fd00:10::10]:3100");
    assertThat(interception.notInPlace()).isEmpty();
  }

  @Test
  void interfacesThatCannotBeListedForAMomentChangeNothing() {
    Interception interception =
        new Interception(
            config(/* takeover= */ false, /* removeAtStop= */ false),
            node,
            this::interfacesUnlessEmpty,
            time,
            new PrometheusAgentMetrics(registry, "test"));
    interception.install(3100);
    interfaces.clear();
    node.type("iptables-nft -t nat -F");
    time.advance(Interception.INTERVAL);
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(interception.notInPlace()).isEmpty();
  }

  private List<NodeInterface> interfacesUnlessEmpty() {
    if (interfaces.isEmpty()) {
      throw new UncheckedIOException(new IOException("No such device"));
    }
    return List.copyOf(interfaces);
  }

  @Test
  void nodeWithIpv6ButWithoutIp6tablesDoesNotStart() {
    interfaces.add(up("eth1", "fd00:10::10"));
    node.missing("ip6tables-nft");
    assertThatThrownBy(this::installed)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("IPv6")
        .hasMessageContaining("ip6tables-nft");
    assertThat(podToImds(Backend.NFT)).as("IPv4 stays").isEqualTo("10.0.0.10:3100");
  }

  @Test
  void lookThatFindsAllRightDoesAlmostNothing() {
    installed();
    time.advance(Interception.INTERVAL);
    node.forgetCommands();
    time.advance(Interception.INTERVAL);
    assertThat(node.commands()).hasSize(4);
    assertThat(node.changes()).isEmpty();
    assertThat(node.cuts()).isEmpty();
  }

  @Test
  void flushedRulesAreBackAfterTenSecondsAndWhatWasOpenedMeanwhileIsCut() throws IOException {
    installed();
    node.type("iptables-nft -t nat -F");
    node.forgetCommands();
    time.advance(Interception.INTERVAL);
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(node.cuts()).containsExactly("169.254.169.254", "169.254.170.23");
    assertThat(metrics()).contains("iambridge_agent_interception_repairs_total 1.0");
  }

  @Test
  void cutIsRepeatedOnceBecauseAnAnswerInFlightCanUndoIt() {
    installed();
    List<String> both = List.of("169.254.169.254", "169.254.170.23");
    assertThat(node.cutsOfAnswers()).isEqualTo(both);
    for (List<String> expected : List.of(both, List.<String>of())) {
      node.forgetCommands();
      time.advance(Interception.INTERVAL);
      assertThat(node.cuts()).isEqualTo(expected);
      assertThat(node.cutsOfAnswers()).isEqualTo(expected);
    }
  }

  @Test
  void failureIsNotReadyAndCountedUntilItIsOver() throws IOException {
    Interception interception = installed();
    node.type("iptables-nft -t nat -F PREROUTING");
    node.withoutPermission();
    time.advance(Interception.INTERVAL);
    assertThat(interception.notInPlace())
        .hasValueSatisfying(
            why -> assertThat(why).startsWith("IPv4: iptables-nft lacks permission"));
    assertThat(metrics())
        .contains(
            "iambridge_agent_interception_in_place{family=\"ipv4\"} 0.0",
            "iambridge_agent_interception_failures_total 1.0");

    node.disturb(_ -> Optional.empty());
    time.advance(Interception.INTERVAL);
    assertThat(interception.notInPlace()).isEmpty();
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(metrics()).contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0");
  }

  @Test
  void cutThatFailsIsTriedAgain() {
    Interception interception = installed();
    node.type("iptables-nft -t nat -F");
    node.disturb(command ->
        command.getFirst().equals("conntrack")
            ? Optional.of(new Outcome.Exited(1, "conntrack v1.4.7: Operation failed: busy"))
            : Optional.empty());
    time.advance(Interception.INTERVAL);
    assertThat(interception.notInPlace()).isPresent();
    node.disturb(_ -> Optional.empty());
    node.forgetCommands();
    time.advance(Interception.INTERVAL);
    assertThat(node.cuts()).isNotEmpty();
    assertThat(interception.notInPlace()).isEmpty();
  }

  @Test
  void bugInALookDoesNotEndTheSchedule() throws IOException {
    Interception interception = installed();
    node.disturb(_ -> {
      throw new IllegalStateException("a bug");
    });
    time.advance(Interception.INTERVAL);
    assertThat(interception.notInPlace()).isPresent();
    assertThat(metrics()).contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 0.0");
    node.disturb(_ -> Optional.empty());
    time.advance(Interception.INTERVAL);
    assertThat(interception.notInPlace()).isEmpty();
    assertThat(metrics()).contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0");
  }

  @ParameterizedTest
  @EnumSource
  void kiamsRuleIsCountedInBothBackendsAndStays(Backend backend) throws IOException {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    node.type(Variant.of(backend).program(Family.IPV4) + KIAM);
    installed();
    assertThat(node.rules(backend, Family.IPV4, "PREROUTING"))
        .anyMatch(rule -> rule.contains("8181"));
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(metrics()).contains("iambridge_agent_interception_foreign_rules 1.0");

    node.type(Variant.of(backend).program(Family.IPV4) + KIAM.replace(" -A ", " -D "));
    time.advance(A_MINUTE);
    assertThat(metrics()).contains("iambridge_agent_interception_foreign_rules 0.0");
  }

  @Test
  void ruleInTheOtherBackendThatMayWinIsNotReadyUntilItIsGone() throws IOException {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    node.type("iptables-legacy" + KIAM);
    Interception interception = installed();
    assertThat(interception.notInPlace())
        .hasValueSatisfying(why ->
            assertThat(why)
                .contains("IPv4", "legacy", "-A PREROUTING", "8181", "--iptables-takeover"));
    assertThat(metrics()).contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 0.0");
    node.type("iptables-legacy" + KIAM.replace(" -A ", " -D "));
    time.advance(Interception.INTERVAL);
    assertThat(interception.notInPlace()).isEmpty();
    assertThat(metrics()).contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0");
  }

  @Test
  void takeoverHelpsAgainstTheOtherBackendOrSaysThatItDoesNot() {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    node.type("iptables-legacy" + KIAM);
    Interception interception =
        interception(config(/* takeover= */ true, /* removeAtStop= */ false));
    interception.install(3100);
    assertThat(interception.notInPlace()).isEmpty();
    node.type("iptables-legacy -t nat -A PREROUTING -i cali+ -p tcp -j REDIRECT --to-ports 9");
    time.advance(A_MINUTE);
    assertThat(interception.notInPlace())
        .hasValueSatisfying(why -> assertThat(why).contains("REDIRECT", "by hand"));
  }

  @ParameterizedTest
  @EnumSource
  void kiamsRuleIsTakenOver(Backend backend) throws IOException {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    node.type(Variant.of(backend).program(Family.IPV4) + KIAM);
    interception(config(/* takeover= */ true, /* removeAtStop= */ false)).install(3100);
    assertThat(node.rules(backend, Family.IPV4, "PREROUTING"))
        .noneMatch(rule -> rule.contains("8181"));
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(metrics()).contains("iambridge_agent_interception_foreign_rules 0.0");
  }

  private void takeOver() {
    interception(config(/* takeover= */ true, /* removeAtStop= */ false)).install(3100);
  }

  @ParameterizedTest
  @EnumSource
  void rulesForTheNodesOwnProcessesAreNotTakenOver(Backend backend) throws IOException {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    String program = Variant.of(backend).program(Family.IPV4);
    node.type(program + " -t nat -N HARDENING");
    node.type(program + " -t nat -A OUTPUT -d 169.254.169.254 -p tcp -j REDIRECT --to-ports 9");
    node.type(program + " -t nat -A OUTPUT -d 169.254.0.0/16 -j HARDENING");
    node.type(
        program + " -t nat -A HARDENING -d 169.254.169.254 -j DNAT --to-destination 127.0.0.1:9");
    takeOver();
    assertThat(node.route(backend, "OUTPUT", "", "169.254.169.254")).isEqualTo("REDIRECT");
    assertThat(node.rules(backend, Family.IPV4, "HARDENING")).hasSize(1);
    assertThat(metrics()).contains("iambridge_agent_interception_foreign_rules 0.0");
  }

  @Test
  void ruleForPodsAndTheNodesOwnProcessesIsCountedAndStays() throws IOException {
    node.type("iptables-nft -t nat -N META");
    node.type("iptables-nft -t nat -A OUTPUT -j META");
    node.type("iptables-nft -t nat -A PREROUTING -j META");
    node.type("iptables-nft -t nat -A META -d 169.254.169.254 -j DNAT --to-destination 1.1.1.1:9");
    takeOver();
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(node.route(Backend.NFT, "OUTPUT", "", "169.254.169.254")).isEqualTo("1.1.1.1:9");
    assertThat(metrics()).contains("iambridge_agent_interception_foreign_rules 1.0");
  }

  @Test
  void ruleInAChainThatPodsPacketsComeToIsTakenOver() {
    node.type("iptables-nft -t nat -N META");
    node.type("iptables-nft -t nat -A PREROUTING -i cali+ -j META");
    node.type("iptables-nft -t nat -A META -d 169.254.169.254 -j DNAT --to-destination 1.1.1.1:9");
    takeOver();
    assertThat(node.rules(Backend.NFT, Family.IPV4, "META")).isEmpty();
  }

  @Test
  void ruleForTheNodesOwnPodIdentityIsTakenOverWhereThatIsOurs() {
    node.type(
        "iptables-nft -t nat -A OUTPUT -d 169.254.170.23 -p tcp -j DNAT --to-destination 1.1.1.1:9");
    takeOver();
    assertThat(node.rules(Backend.NFT, Family.IPV4, "OUTPUT"))
        .noneMatch(rule -> rule.contains("1.1.1.1"));
  }

  @Test
  void rulesOfOthersForOtherThingsAreNotForeign() throws IOException {
    node.type(
        "iptables-nft -t nat -A PREROUTING -d 10.96.0.1 -p tcp -j DNAT --to-destination 1.1.1.1");
    node.type(
        "iptables-nft -t nat -A PREROUTING -d 169.254.169.254 -p udp -j DNAT --to-destination 1.1.1.1");
    node.type(
        "iptables-nft -t nat -A PREROUTING -d 169.254.169.254 -p tcp --dport 53 -j DNAT --to-destination 1.1.1.1");
    node.type("iptables-nft -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 1");
    installed();
    assertThat(metrics()).contains("iambridge_agent_interception_foreign_rules 0.0");
  }

  @Test
  void rulesOfOursInTheOtherBackendAreRemoved() {
    node.kubelet(Backend.LEGACY, "KUBE-IPTABLES-HINT");
    Interception before = installed();
    before.close();
    assertThat(podToImds(Backend.LEGACY)).isEqualTo("10.0.0.10:3100");

    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    new Interception(
            config(/* takeover= */ false, /* removeAtStop= */ false),
            node,
            () -> List.copyOf(interfaces),
            new ManualScheduler(new FakeClock()),
            new PrometheusAgentMetrics(new PrometheusRegistry(), "test"))
        .install(3100);
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(node.hasChain(Backend.LEGACY, Family.IPV4, "IAMBRIDGE")).isFalse();
    assertThat(podToImds(Backend.LEGACY)).isEqualTo("169.254.169.254");
  }

  @Test
  void rulesStayWhenTheAgentStops() {
    installed().close();
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    time.advance(A_MINUTE);
  }

  @Test
  void rulesGoAtACleanStopIfToldSo() {
    interfaces.add(up("eth1", "fd00:10::10"));
    Interception interception =
        interception(config(/* takeover= */ false, /* removeAtStop= */ true));
    interception.install(3100);
    interception.close();
    for (Family family : Family.values()) {
      assertThat(node.rules(Backend.NFT, family, "PREROUTING")).isEmpty();
      assertThat(node.hasChain(Backend.NFT, family, "IAMBRIDGE")).isFalse();
      assertThat(node.hasChain(Backend.NFT, family, "IAMBRIDGE-HOST")).isFalse();
    }
  }

  @Test
  void rulesStayWhenTheStartFailsEvenIfTheyWouldGoAtAStop() {
    node.disturb(command ->
        command.contains("OUTPUT") && command.contains("-I")
            ? Optional.of(new Outcome.Exited(4, "no"))
            : Optional.empty());
    Interception interception =
        interception(config(/* takeover= */ false, /* removeAtStop= */ true));
    assertThatThrownBy(() -> interception.install(3100)).isInstanceOf(StartException.class);
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
  }

  @Test
  void withoutPermissionThereIsOneLine() {
    node.withoutPermission();
    assertThatThrownBy(this::installed)
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("--iptables: IPv4: iptables-nft lacks permission; the agent has to")
        .hasMessageNotContaining("\n");
  }

  private void failChanges(int times, String why) {
    AtomicInteger left = new AtomicInteger(times);
    node.disturb(command ->
        command.contains("-N") && left.getAndDecrement() > 0
            ? Optional.of(new Outcome.Exited(4, why))
            : Optional.empty());
  }

  @Test
  void startSurvivesThatSomebodyHoldsTheLockForLong() throws IOException {
    failChanges(RuleKeeper.ROUNDS + 1, "Another app is currently holding the xtables lock.");
    Interception interception = installed();
    assertThat(interception.notInPlace()).isEmpty();
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
    assertThat(metrics())
        .contains(
            "iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0",
            "iambridge_agent_interception_repairs_total 0.0");
  }

  @Test
  void startGivesUpWhenTheLockIsHeldForEver() {
    failChanges(Integer.MAX_VALUE, "Another app is currently holding the xtables lock.");
    assertThatThrownBy(this::installed)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("xtables lock");
    assertThat(node.changes()).hasSize(RuleKeeper.ROUNDS * Interception.ATTEMPTS);
  }

  @Test
  void missingPermissionIsNotTriedAgain() {
    node.withoutPermission();
    assertThatThrownBy(this::installed).isInstanceOf(StartException.class);
    assertThat(node.commands().stream().filter(command -> command.contains("-S"))).hasSize(1);
  }

  @Test
  void withoutConntrackThereIsOneLineAndNoRule() {
    node.missing("conntrack");
    assertThatThrownBy(this::installed)
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("--iptables: cannot run the program conntrack");
    assertThat(node.changes()).isEmpty();
  }

  private static InterceptionConfig withoutInterface() {
    return new InterceptionConfig(
        List.of(InetAddress.ofLiteral("10.0.0.10")),
        Optional.empty(),
        Mode.AUTO,
        /* takeover= */ false,
        /* removeAtStop= */ false,
        /* podIdentity= */ true,
        /* podIdentityForHostNetwork= */ true);
  }

  @Test
  void kiamsDefaultInterfaceIsTakenWhereItExists() {
    interfaces.add(up("docker0", "172.17.0.1"));
    interception(withoutInterface()).install(3100);
    assertThat(node.route(Backend.NFT, "PREROUTING", "docker0", "169.254.169.254"))
        .isEqualTo("10.0.0.10:3100");
  }

  @Test
  void whereItDoesNotTheFlagIsAskedFor() {
    assertThatThrownBy(() -> interception(withoutInterface()).install(3100))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--host-interface")
        .hasMessageContaining("docker0");
    assertThat(node.changes()).isEmpty();
  }

  @Test
  void namedInterfaceMayComeLater() {
    interfaces.removeLast();
    installed();
    assertThat(podToImds(Backend.NFT)).isEqualTo("10.0.0.10:3100");
  }

  @Test
  void removalTakesAwayAllOfOursAndNothingElse() throws InterceptionException {
    node.type("ip6tables-legacy -t nat -N IAMBRIDGE");
    node.type("ip6tables-legacy -t nat -A PREROUTING -i cali+ -j IAMBRIDGE");
    node.type("iptables-nft" + KIAM);
    installed();
    List<String> done = new Removal(node).everything();
    assertThat(done)
        .contains(
            "ip6tables-legacy -t nat -X IAMBRIDGE",
            "iptables-nft -t nat -X IAMBRIDGE",
            "iptables-nft -t nat -X IAMBRIDGE-HOST");
    assertThat(node.rules(Backend.NFT, Family.IPV4, "PREROUTING"))
        .singleElement()
        .satisfies(rule -> assertThat(rule).contains("8181"));
    assertThat(node.hasChain(Backend.LEGACY, Family.IPV6, "IAMBRIDGE")).isFalse();
    assertThat(new Removal(node).everything()).isEmpty();
  }

  private void failSave(String program, Outcome outcome) {
    node.disturb(
        command -> command.getFirst().equals(program) ? Optional.of(outcome) : Optional.empty());
  }

  @Test
  void removalThatCannotReadATableFailsAfterItHasRemovedTheRest() {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    node.type("iptables-legacy -t nat -N IAMBRIDGE");
    node.type("ip6tables-legacy -t nat -N IAMBRIDGE");
    failSave("iptables-legacy-save", new Outcome.Exited(1, "iptables-legacy-save: Bad address"));
    assertThatThrownBy(() -> new Removal(node).everything())
        .isInstanceOf(InterceptionException.class)
        .hasMessageContaining("iptables-legacy-save")
        .hasMessageContaining("Bad address");
    assertThat(node.hasChain(Backend.LEGACY, Family.IPV6, "IAMBRIDGE")).isFalse();
    failSave("iptables-legacy-save", new Outcome.Ended("iptables-legacy-save was killed"));
    assertThatThrownBy(() -> new Removal(node).everything()).hasMessageContaining("was killed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cannot initialize: Table does not exist (do you need to insmod?)",
        "Failed to initialize nft: Protocol not supported",
        "Unable to open /proc/net/ip_tables_names: No such file or directory",
      })
  void tableThatTheKernelDoesNotHaveHasNothingToRemove(String message)
      throws InterceptionException {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    failSave("iptables-legacy-save", new Outcome.Exited(1, message));
    assertThat(new Removal(node).everything()).isEmpty();
  }

  @Test
  void otherBackendThatCannotBeReadDoesNotStopTheAgent() {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    failSave("iptables-legacy-save", new Outcome.Exited(1, "iptables-legacy-save: Bad address"));
    assertThat(installed().notInPlace()).isEmpty();
  }
}
