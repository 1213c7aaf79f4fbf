package io.iambridge.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.admin.AdminEndpoint;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.lifecycle.CloseOrder;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.AuditLines;
import io.iambridge.server.audit.AuditLog;
import io.iambridge.server.audit.QueuedAudit;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.ModeCounts;
import io.iambridge.server.cluster.ClusterListeners;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.credentials.Issuer;
import io.iambridge.server.eksauth.EksAuthConnection;
import io.iambridge.server.evidence.EvidenceKeeper;
import io.iambridge.server.evidence.KnownPods;
import io.iambridge.server.evidence.OwnCalls;
import io.iambridge.server.grpc.AgentService;
import io.iambridge.server.grpc.CertifiedNode;
import io.iambridge.server.grpc.ClaimedNode;
import io.iambridge.server.grpc.EvidenceAnswers;
import io.iambridge.server.grpc.GrpcEndpoint;
import io.iambridge.server.grpc.NodeIdentity;
import io.iambridge.server.grpc.RefusedCertificates;
import io.iambridge.server.grpc.TokenNode;
import io.iambridge.server.kiamapi.KiamEndpoint;
import io.iambridge.server.kiamapi.KiamService;
import io.iambridge.server.kubernetes.ClusterConnection;
import io.iambridge.server.kubernetes.ClusterWatch;
import io.iambridge.server.kubernetes.EvidenceObjects;
import io.iambridge.server.kubernetes.KubernetesEvents;
import io.iambridge.server.kubernetes.KubernetesPods;
import io.iambridge.server.kubernetes.KubernetesReviewer;
import io.iambridge.server.kubernetes.KubernetesTokens;
import io.iambridge.server.metrics.PrometheusServerMetrics;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.Watched;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.modes.Target;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.presence.Confirmations;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.sdk.SdkMinimums;
import io.iambridge.server.sts.StsConnection;
import io.iambridge.server.switching.Preparation;
import io.iambridge.server.targets.FallbackListener;
import io.iambridge.server.targets.MigratingIssuer;
import io.iambridge.server.targets.TargetIssuer;
import io.iambridge.server.targets.Targets;
import io.iambridge.server.tokens.AgentReviews;
import io.iambridge.server.tokens.TokenHolders;
import io.iambridge.server.tokens.TokenReviews;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * A running server. Reads from top to bottom as it is built: what talks to AWS and Kubernetes, what
 * decides, what answers agents. It stops in the opposite order.
 */
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private static final Duration CONTACT = Duration.ofSeconds(5);
  private static final Duration EVIDENCE = Duration.ofMillis(500);
  private static final Duration REPEAT = Duration.ofMinutes(1);

  private final CloseOrder closeOrder;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Readiness readiness = new Readiness();
  private final GrpcEndpoint grpc;
  private final Optional<KiamEndpoint> kiam;
  private final AdminEndpoint admin;

  private Server(ServerConfig config, Surroundings around, CloseOrder closeOrder) {
    this.closeOrder = closeOrder;
    InstantSource clock = around.clock();
    JvmMetrics.builder().register(around.metrics());
    ServerMetrics metrics = new PrometheusServerMetrics(around.metrics(), version());
    ThreadFactory virtual = Thread.ofVirtual().name("server-", 0).factory();
    ExecutorService tasks =
        closeOrder.add(Executors.newThreadPerTaskExecutor(virtual), ExecutorService::shutdownNow);
    ScheduledExecutorService scheduler =
        closeOrder.add(
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("server-timer").factory()),
            ExecutorService::shutdownNow);
    ReloadingTls tls = closeOrder.add(ReloadingTls.load(config.tls(), clock, scheduler));
    Optional<ReloadingTls> kiamTls =
        config.kiamApi().map(api -> closeOrder.add(ReloadingTls.load(api.tls(), clock, scheduler)));
    metrics.certificates(() -> expirations(tls, kiamTls));
    metrics.agentAuth(config.agents().auth());
    AuditLines auditLines = closeOrder.add(config.auditLog().open(metrics));
    Audit audit = new AuditLog(auditLines::write, clock, metrics);
    QueuedAudit later = closeOrder.add(new QueuedAudit(audit, virtual, metrics));

    KubernetesClient kubernetes = closeOrder.add(ClusterConnection.open(config.kubeconfig()));
    KubernetesEvents events =
        closeOrder.add(KubernetesEvents.start(kubernetes, clock, virtual, metrics));
    AwsCredentialsProvider own = credentials(around, closeOrder);
    StsConnection sts = closeOrder.add(StsConnection.open(config.sts(), own, around.awsRegion()));
    EksAuthConnection eksAuth =
        closeOrder.add(
            EksAuthConnection.open(
                config.targets(),
                StsConnection.region(config.sts(), around.awsRegion()),
                own,
                clock,
                metrics));

    RoleResolver roles = roles(config, sts);
    Decisions decisions =
        new Decisions(
            events,
            later,
            metrics,
            new StandingDenials(clock, around.random()),
            new LateAccounts(clock));
    CallerIndex callers =
        new CallerIndex(
            new NamespaceRules(roles, config.allowedRolesFormat(), config.strictNamespaceRegexp()),
            new Binder(roles, new SessionNames(config.session()), new Modes(config.defaultMode())),
            decisions);
    TargetIssuer targets =
        new Targets(new KubernetesTokens(kubernetes), sts.webIdentity(clock, metrics), eksAuth);
    FallbackListener fallbacks = new Fallbacks(metrics, later, eventsOn(callers, events), clock);
    Issuer assumeRole = sts.issuer(clock, metrics);
    tellModes(callers, metrics);
    CredentialsCache credentials =
        CredentialsCache.withFallbacks(
            cached -> new MigratingIssuer(assumeRole, cached, targets, fallbacks, tasks, clock),
            tasks,
            clock,
            around.random());
    metrics.sessions(credentials::size);

    Preparation preparation = new Preparation(callers, credentials::get, scheduler, tasks, clock);
    KnownPods pods = new KnownPods(callers, preparation, clock);
    EvidenceKeeper evidence =
        closeOrder.add(
            new EvidenceKeeper(
                new EvidenceObjects(kubernetes),
                config.evidence(),
                tasks,
                clock,
                around.random(),
                metrics));
    Modes modes = new Modes(config.defaultMode());
    Migrations migrations =
        closeOrder.add(
            new Migrations(
                kubernetes,
                config.migration(),
                config.evidence(),
                evidence,
                modes,
                Server::canUse,
                new Trying(
                    kubernetes,
                    modes,
                    roles,
                    config.sts(),
                    config.targets(),
                    config.migration(),
                    own,
                    around.awsRegion(),
                    clock),
                tasks,
                scheduler,
                clock,
                around.random(),
                metrics));
    ClusterWatch cluster =
        closeOrder.add(
            ClusterWatch.start(
                kubernetes,
                new ClusterListeners(List.of(pods, migrations.picture())),
                clock,
                scheduler,
                metrics));
    admin = closeOrder.add(AdminEndpoint.start(config.adminAddress(), readiness, around.metrics()));
    AgentService service =
        new AgentService(
            callers,
            credentials,
            new TokenHolders(
                callers,
                new TokenReviews(
                    KubernetesReviewer.ofPods(kubernetes, clock, metrics), tasks, clock)),
            new Confirmations(callers, new KubernetesPods(kubernetes), tasks),
            new EvidenceAnswers(
                pods,
                uid -> callers.find(uid).ifPresent(decisions::refused),
                evidence,
                clock,
                metrics),
            events::failed,
            audit,
            tasks,
            clock,
            metrics);
    grpc =
        closeOrder.add(
            GrpcEndpoint.start(
                config.grpc(),
                tls.serverContext(new RefusedCertificates(metrics, later)),
                service,
                identity(config.agents(), kubernetes, callers, tasks, clock, metrics),
                tasks,
                clock,
                metrics,
                audit));
    metrics.kiamApi(config.kiamApi().isPresent());
    // Closed after kiam's agents are gone, and before the keeper takes no more.
    OwnCalls kiamCalls =
        closeOrder.add(new OwnCalls(pods, evidence, clock, around.random(), metrics));
    kiam =
        config
            .kiamApi()
            .map(api ->
                closeOrder.add(
                    KiamEndpoint.start(
                        api,
                        kiamTls.orElseThrow(),
                        new RefusedCertificates(metrics, later),
                        new KiamService(
                            callers,
                            credentials,
                            roles,
                            events::failed,
                            audit,
                            kiamCalls,
                            clock,
                            metrics),
                        tasks,
                        clock)));
    var _ = cluster.synced().thenRun(this::ready).thenRun(migrations::start);
    every(scheduler, REPEAT, () -> decisions.repeat(callers::find));
    every(
        scheduler,
        REPEAT,
        () ->
            credentials.keepOnly(
                session -> callers.isInUse(session) || preparation.prepares(session)));
    every(scheduler, EVIDENCE, evidence::writeDue);
    every(scheduler, EVIDENCE, kiamCalls::report);
    every(scheduler, CONTACT, () -> follow(cluster.outOfTouch()));
    LOG.atInfo()
        .addKeyValue("version", version())
        .addKeyValue("port", grpc.port())
        .addKeyValue("adminPort", admin.port())
        .addKeyValue("roleBaseArn", roles)
        .log("Started; reading the cluster");
    kiam.ifPresent(endpoint ->
        LOG.atInfo().addKeyValue("port", endpoint.port()).log("kiam's agents are listened to"));
  }

  /**
   * Starts a server. Agents are answered once the whole cluster has been seen, which this does not
   * wait for.
   *
   * @throws StartException when it cannot, for a reason that a person can mend
   */
  public static Server start(ServerConfig config, Surroundings around) {
    CloseOrder closeOrder = new CloseOrder();
    boolean started = false;
    try {
      Server server = new Server(config, around, closeOrder);
      started = true;
      return server;
    } finally {
      if (!started) {
        closeOrder.close();
      }
    }
  }

  /** Of both endpoints; a file that both use is one. */
  private static Map<String, Instant> expirations(ReloadingTls tls, Optional<ReloadingTls> kiam) {
    Map<String, Instant> ends = new TreeMap<>(kiam.map(ReloadingTls::expirations).orElse(Map.of()));
    ends.putAll(tls.expirations());
    return ends;
  }

  private static NodeIdentity identity(
      AgentTrust trust,
      KubernetesClient kubernetes,
      CallerIndex callers,
      ExecutorService tasks,
      InstantSource clock,
      ServerMetrics metrics) {
    return switch (trust.auth()) {
      case TOKEN ->
          new TokenNode(
                  new AgentReviews(
                      KubernetesReviewer.ofAgents(kubernetes, trust.account(), clock, metrics),
                      tasks,
                      clock),
                  callers)
              .comparedWithClaim();
      case CERTIFICATE -> new CertifiedNode(trust.trustDomain()).comparedWithClaim();
      case SHARED_CERTIFICATE -> new ClaimedNode();
    };
  }

  private static String canUse(String product, String version, Target target) {
    SdkMinimums.Support support =
        switch (target) {
          case IRSA -> SdkMinimums.irsa(product, version);
          case POD_IDENTITY -> SdkMinimums.podIdentity(product, version);
        };
    return support.name().toLowerCase(Locale.ROOT);
  }

  /** Told on the pod; a pod that has gone meanwhile has nobody to tell. */
  private static FallbackListener eventsOn(CallerIndex callers, KubernetesEvents events) {
    return (session, finding, ownWords) ->
        session
            .mechanism()
            .podAccount()
            .flatMap(pod -> callers.find(pod.podUid()))
            .ifPresent(binding ->
                events.fellBack(
                    binding.pod(),
                    session.mechanism().kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    finding.word(),
                    ownWords));
  }

  /** The default chain renews in the background, on a thread that only closing ends. */
  private static AwsCredentialsProvider credentials(Surroundings around, CloseOrder closeOrder) {
    return around
        .awsCredentials()
        .orElseGet(() ->
            closeOrder.add(
                DefaultCredentialsProvider.builder().asyncCredentialUpdateEnabled(true).build(),
                DefaultCredentialsProvider::close));
  }

  private static RoleResolver roles(ServerConfig config, StsConnection sts) {
    try {
      return new RoleResolver(config.roleBaseArn().orElseGet(() -> sts.identity().roleBaseArn()));
    } catch (IllegalArgumentException e) {
      throw new StartException("--role-base-arn: " + e.getMessage(), e);
    }
  }

  private static void tellModes(CallerIndex callers, ServerMetrics metrics) {
    ModeCounts namespaces = callers.namespaceModes();
    ModeCounts pods = callers.podModes();
    metrics.modes(Watched.NAMESPACES, namespaces::in, namespaces::unknown);
    metrics.modes(Watched.PODS, pods::in, pods::unknown);
    metrics.fallenBack(pods::fallenBack);
  }

  private void ready() {
    grpc.ready();
    kiam.ifPresent(KiamEndpoint::ready);
    readiness.ready();
    LOG.info("The whole cluster has been seen: ready");
  }

  /** A scheduler drops a task that throws. */
  @SuppressWarnings("CatchingUnchecked") // whatever it is, the next time may go well
  private static void every(ScheduledExecutorService scheduler, Duration pause, Runnable task) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.error("A task failed; it is tried again", e);
          }
        };
    var _ =
        scheduler.scheduleWithFixedDelay(
            guarded, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void follow(Optional<String> outOfTouch) {
    if (readiness.outOfTouch(outOfTouch)) {
      grpc.inTouch(outOfTouch.isEmpty());
      outOfTouch.ifPresentOrElse(
          why -> LOG.atWarn().addKeyValue("why", why).log("Not ready: out of touch"),
          () -> LOG.info("The cluster is watched again: ready"));
    }
  }

  /** The port that agents connect to. */
  public int port() {
    return grpc.port();
  }

  /** The port that kiam's agents connect to; empty when they are not listened to. */
  public Optional<Integer> kiamPort() {
    return kiam.map(KiamEndpoint::port);
  }

  /** The port of health and metrics. */
  public int adminPort() {
    return admin.port();
  }

  /** Waits until it has been closed. */
  public void awaitClosed() throws InterruptedException {
    closed.await();
  }

  /** Drains, then stops everything. */
  @Override
  public void close() {
    readiness.draining();
    closeOrder.close();
    closed.countDown();
  }

  static String version() {
    return Objects.requireNonNullElse(Server.class.getPackage().getImplementationVersion(), "dev");
  }
}
