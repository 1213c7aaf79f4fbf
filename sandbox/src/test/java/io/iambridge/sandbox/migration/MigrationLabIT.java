package io.iambridge.sandbox.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.agent.Agent;
import io.iambridge.sandbox.Place;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.SandboxPorts;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.server.Server;
import io.iambridge.server.crd.Migration;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.RehearsalLine;
import io.iambridge.server.targets.Finding;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Twenty namespaces go from kiam to IRSA or Pod Identity and to retirement under the traffic of all
 * their workloads. The operator has no idea of his own: he does what the plan wrote, and looks at
 * what the status says.
 */
final class MigrationLabIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int NAMESPACES = 20;

  private Sandbox sandbox;
  private Server server;
  private Agent agent;
  private Traffic traffic;
  private Workers workers;
  private Fleet fleet;
  private Sabotage sabotage;
  private Path directory;
  private final Map<String, PlanRunner> plans = new TreeMap<>();

  @BeforeEach
  void start() throws IOException {
    directory =
        Files.createTempDirectory(Files.createDirectories(Path.of("target/lab")), "migration-");
    fleet = Fleet.of(NAMESPACES);
    sandbox = Sandbox.startWithoutAgent(Place.LOOPBACK, SandboxPorts.FREE);
    sandbox.server().close();
    server =
        sandbox.startReplica(
            "--rehearsal-interval=5s", "--rehearsal-rate=200", "--evidence-write-interval=1s");
    agent =
        sandbox.startAgent("--server-address=127.0.0.1:" + server.port(), "--evidence-interval=1s");
    traffic = new Traffic(sandbox, agent.port());
    workers = new Workers(sandbox.client(), sandbox.tokens(), traffic);
    sabotage = new Sabotage(sandbox, fleet, workers);
    for (String action :
        List.of("iam:GetRole", "iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider")) {
      sandbox.iam().permit(Sandbox.SERVER_PRINCIPAL, action, "*");
    }
    // Only the plan's step gives the right to create tokens.
    sandbox
        .kubernetes()
        .tokenPermissions()
        .denyIn(fleet.homes().stream().map(Fleet.Home::name).toArray(String[]::new));
    fleet.homes().stream()
        .flatMap(home -> home.roles().stream())
        .forEach(
            role -> sandbox.iam().putRole(role, TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL)));
  }

  @AfterEach
  void stop() {
    if (traffic != null) {
      traffic.close();
    }
    if (sandbox != null) {
      sandbox.close();
    }
  }

  @Test
  void twentyNamespacesMigrateByWhatThePlanWroteAndTheStatusSaid() throws Exception {
    inEach(fleet.homes(), home -> workers.create(home));
    assertThat(fleet.workers().map(Fleet.Worker::role).distinct()).hasSize(60);
    assertThat(fleet.workers()).hasSize(200);
    nothingFailed("kiam");

    writePlans();
    plan("irsa").shared("trust", Fleet.THIRD_ACCOUNT);
    for (Fleet.Home home : fleet.homes()) {
      plan(home).step(home.name(), "trust");
      plan(home).step(home.name(), "service-accounts");
      plan(home).step(home.name(), "rehearse");
    }
    inEach(fleet.homes(), home -> plan(home).step(home.name(), "workloads"));
    sabotage.all();
    nothingFailed("rehearse");

    eachBrokenOneIsNamedWithItsReason();
    whatConcernsAllIsNamedOnDemand();
    nothingFailed("rehearsal");

    List<Fleet.Home> whole = homes(home -> !isBroken(home));
    assertThat(whole).hasSizeGreaterThan(8);
    switchOver(whole);
    rollBack(fleet.home("team-04"));
    fallsBackLoudly(fleet.home("team-16"));

    List<Fleet.Home> broken = homes(this::isBroken);
    mend(broken);
    switchOver(broken);
    nothingFailed("switched");
    assertThat(homes(home -> !allBy(home, home.target()))).isEmpty();

    for (Fleet.Home home : fleet.homes()) {
      retire(home);
    }
    for (Fleet.Home home : fleet.homes()) {
      attemptsAreSeen(home);
      plan(home).step(home.name(), "untrust");
    }
    nothingFailed("retired");
    assertThat(sandbox.imds().credentialRequests()).isEmpty();
    System.out.printf("%,d answers, none of them wrong%n", traffic.answers());
  }

  private interface Work {
    void on(Fleet.Home home) throws Exception;
  }

  private static void inEach(List<Fleet.Home> homes, Work work) throws Exception {
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (Fleet.Home home : homes) {
        all.add(
            each.submit(() -> {
              work.on(home);
              return null;
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private void nothingFailed(String phase) {
    assertThat(traffic.wrong()).as(phase).isEmpty();
  }

  private List<Fleet.Home> homes(Predicate<Fleet.Home> which) {
    return fleet.homes().stream().filter(which).toList();
  }

  private boolean isBroken(Fleet.Home home) {
    return sabotage.touches(home.name()) || isWithoutProvider(home);
  }

  private static boolean isWithoutProvider(Fleet.Home home) {
    return home.roles().getFirst().contains(Sabotage.WITHOUT_PROVIDER);
  }

  private PlanRunner plan(Fleet.Home home) {
    return plan(home.target());
  }

  private PlanRunner plan(String target) {
    return Objects.requireNonNull(plans.get(target), target);
  }

  private void writePlans() throws Exception {
    for (String target : List.of("irsa", "pod-identity")) {
      Path out = directory.resolve(target);
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "plan",
                  "--out=" + out,
                  "--target=" + target,
                  "--cluster-name=" + Sandbox.CLUSTER,
                  "--server-principal=" + Sandbox.SERVER_PRINCIPAL,
                  "--region=" + Sandbox.REGION,
                  "--sts-endpoint=" + sandbox.sts().endpoint(),
                  "--iam-endpoint=" + sandbox.iamApi().endpoint()));
      homes(home -> home.target().equals(target))
          .forEach(home -> arguments.add("--namespace=" + home.name()));
      Cli.Said said = new Cli(sandbox, directory).run(arguments.toArray(String[]::new));
      assertThat(said.status()).as(said.out() + said.err()).isIn(0, 3);
      plans.put(target, new PlanRunner(sandbox, workers, fleet, out));
    }
  }

  private Optional<MigrationStatus> status(Fleet.Home home) {
    return Optional.ofNullable(
            sandbox
                .client()
                .resources(Migration.class)
                .inNamespace(home.name())
                .withName(Migration.NAME)
                .get())
        .flatMap(found -> Optional.ofNullable(found.getStatus()));
  }

  /** What rehearsal says, by {@code namespace/account}. */
  private Map<String, String> findings() {
    Map<String, String> findings = new TreeMap<>();
    for (Fleet.Home home : fleet.homes()) {
      List<RehearsalLine> lines = status(home).map(MigrationStatus::rehearsals).orElse(List.of());
      lines.forEach(
          line -> findings.put(home.name() + "/" + line.serviceAccount(), line.finding()));
    }
    return findings;
  }

  private void eachBrokenOneIsNamedWithItsReason() {
    Map<String, Finding> broken = sabotage.broken();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          Map<String, String> said = findings();
          Map<String, String> wanted = new TreeMap<>();
          for (Fleet.Home home : fleet.homes()) {
            for (String account : accounts(home)) {
              Finding finding =
                  broken.getOrDefault(
                      account, isWithoutProvider(home) ? Finding.NO_OIDC_PROVIDER : Finding.READY);
              wanted.put(account, finding.word());
            }
          }
          assertThat(said).containsAllEntriesOf(wanted);
        });
  }

  /** What is the server's own, and not a service account's, in namespaces that are whole. */
  private void whatConcernsAllIsNamedOnDemand() throws Exception {
    String eks = "--cluster-name=" + Sandbox.CLUSTER;
    assertThat(rehearse("team-04", eks)).isEqualTo("ready");
    assertThat(rehearse("team-03", eks)).isEqualTo("ready");
    assertThat(rehearse("team-03", "--target=pod-identity"))
        .isEqualTo(Finding.NO_CLUSTER_NAME.word());

    String action = "eks-auth:AssumeRoleForPodIdentity";
    sandbox.iam().permit(Sandbox.SERVER_PRINCIPAL, action);
    assertThat(rehearse("team-03", eks)).isEqualTo(Finding.SERVER_NOT_PERMITTED.word());
    sandbox.iam().permit(Sandbox.SERVER_PRINCIPAL, action, "*");

    sandbox.eksAuth().faults().throttleAbove(0);
    assertThat(rehearse("team-03", eks)).isEqualTo(Finding.THROTTLED.word());
    sandbox.eksAuth().faults().clear();

    sandbox.eksAuth().goDown();
    assertThat(rehearse("team-03", eks)).isEqualTo(Finding.UNREACHABLE.word());
    sandbox.eksAuth().comeBack();

    sandbox.sts().issuers().lose(sandbox.issuer());
    assertThat(rehearse("team-04", eks)).isEqualTo(Finding.TOKEN_REJECTED.word());
    sandbox.sts().issuers().locate(sandbox.issuer(), URI.create(sandbox.kubernetes().url()));
  }

  /** The one finding that a rehearsal on demand has for all service accounts of a namespace. */
  private String rehearse(String namespace, String flag) throws Exception {
    Cli.Said said =
        new Cli(sandbox, directory)
            .run(
                "rehearse",
                "--namespace=" + namespace,
                "-o=json",
                "--region=" + Sandbox.REGION,
                "--role-base-arn=arn:aws:iam::" + Sandbox.ACCOUNT + ":role/",
                "--sts-endpoint=" + sandbox.sts().endpoint(),
                "--eks-auth-endpoint=" + sandbox.eksAuth().endpoint(),
                flag);
    String findings =
        Pattern.compile("\"finding\" *: *\"([a-z-]+)\"")
            .matcher(said.out())
            .results()
            .map(found -> found.group(1))
            .distinct()
            .collect(Collectors.joining(","));
    assertThat(said.status())
        .as(said.out() + said.err())
        .isEqualTo(findings.equals("ready") ? 0 : 3);
    return findings;
  }

  /** The service accounts of the workloads' pods, as they are now. */
  private List<String> accounts(Fleet.Home home) {
    return home.workers().stream().map(workers::accountOf).distinct().toList();
  }

  private void switchOver(List<Fleet.Home> homes) throws Exception {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(homes)
                .allMatch(home -> status(home).map(MigrationStatus::done).orElse(false)));
    // One after the other, as people do.
    for (Fleet.Home home : homes) {
      plan(home).step(home.name(), "switch");
      awaitServedBy(List.of(home), Optional.empty());
    }
    nothingFailed("switched " + homes.stream().map(Fleet.Home::name).toList());
  }

  private void awaitServedBy(List<Fleet.Home> homes, Optional<String> mechanism) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(homes).allMatch(home -> allBy(home, mechanism.orElse(home.target()))));
  }

  private boolean allBy(Fleet.Home home, String mechanism) {
    return home.workers().stream()
        .allMatch(worker -> by(worker, traffic.of(worker).last().holder()).equals(mechanism));
  }

  /** By its session's name: kiam's, the pod's, or one of EKS. */
  private String by(Fleet.Worker worker, String holder) {
    String session = holder.substring(holder.lastIndexOf('/') + 1);
    if (session.equals("kiam-kiam")) {
      return "kiam";
    }
    return session.startsWith("eks-" + Sandbox.CLUSTER + "-")
        ? "pod-identity"
        : session.equals(worker.namespace() + "." + workers.podOf(worker)) ? "irsa" : session;
  }

  private void rollBack(Fleet.Home home) throws IOException {
    plan(home).rollback(home.name(), "switch");
    awaitServedBy(List.of(home), Optional.of("kiam"));
    nothingFailed("rolled back");
    plan(home).step(home.name(), "switch");
    awaitServedBy(List.of(home), Optional.empty());
  }

  /** Who switches in spite of what rehearsal says, loses nothing, and can see it. */
  private void fallsBackLoudly(Fleet.Home home) throws IOException {
    plan(home).step(home.name(), "switch");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(status(home))
                .hasValueSatisfying(status -> {
                  assertThat(status.mode()).isEqualTo("irsa");
                  assertThat(status.fallbacks()).isPositive();
                }));
    nothingFailed("fallen back");
    plan(home).rollback(home.name(), "switch");
    plan(home).step(home.name(), "rehearse");
  }

  /** Does again what the plan says, where the status said that it is not so. */
  private void mend(List<Fleet.Home> broken) throws IOException {
    sabotage.mend();
    plan("irsa").shared("trust", Sabotage.WITHOUT_PROVIDER);
    for (Fleet.Home home : broken) {
      plan(home).step(home.name(), "trust");
      plan(home).step(home.name(), "service-accounts");
      plan(home).step(home.name(), "rehearse");
    }
  }

  /** All but one of its workloads have stopped to ask when it is retired. */
  private void retire(Fleet.Home home) throws IOException {
    plan(home).step(home.name(), "restart");
    home.workers()
        .forEach(worker -> {
          if (worker.equals(forgotten(home))) {
            traffic.of(worker).refusedIsRight();
          } else {
            traffic.of(worker).end();
          }
        });
    plan(home).step(home.name(), "retire");
  }

  private static Fleet.Worker forgotten(Fleet.Home home) {
    return home.workers().getFirst();
  }

  private void attemptsAreSeen(Fleet.Home home) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          assertThat(traffic.of(forgotten(home)).last().status()).isEqualTo(403);
          assertThat(status(home))
              .hasValueSatisfying(status -> assertThat(status.retiredAttempts()).isPositive());
        });
  }
}
