package io.iambridge.server.kiamapi;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.AuditLog;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.evidence.CallListener;
import io.iambridge.server.metrics.KiamCall;
import io.iambridge.server.metrics.KiamOutcome;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.ServerFixtures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The service with what it decides by, and with what it told. */
final class KiamFixture implements AutoCloseable {
  // Certificates are checked against the machine's clock, which has nanoseconds.
  final FakeClock clock = new FakeClock(Instant.now());
  final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  final List<String> audited = new CopyOnWriteArrayList<>();
  final List<String> failed = new CopyOnWriteArrayList<>();
  final List<String> seen = new CopyOnWriteArrayList<>();
  final List<String> calls = new CopyOnWriteArrayList<>();
  final List<Session> issued = new CopyOnWriteArrayList<>();
  final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  final ServerMetrics metrics =
      new ServerMetrics() {
        @Override
        public void kiamCall(KiamCall call, KiamOutcome outcome) {
          calls.add(call + " " + outcome);
        }
      };
  final AuditLog audit = new AuditLog(audited::add, clock, metrics);
  final KiamService service =
      new KiamService(
          callers,
          new CredentialsCache(this::issue, threads, clock, new Random(1)),
          roles,
          (pod, failure) -> failed.add(pod.fullName() + " " + failure.reason()),
          audit,
          new CallListener() {
            @Override
            public void served(String podUid, Credentials credentials) {
              seen.add(podUid + " served by " + credentials.mechanism().word());
            }

            @Override
            public void failed(String podUid, boolean refused) {
              seen.add(podUid + (refused ? " refused" : " unavailable"));
            }
          },
          clock,
          metrics);
  volatile @Nullable IssueException issueFailure;
  volatile CountDownLatch gate = new CountDownLatch(0);

  private Credentials issue(Session session) throws IssueException {
    issued.add(session);
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IssueException(Reason.STS_UNAVAILABLE, "interrupted", e);
    }
    IssueException failure = issueFailure;
    if (failure != null) {
      throw failure;
    }
    return new Credentials(
        "ASIA1",
        "the-secret",
        "the-token",
        clock.instant(),
        clock.instant().plus(Duration.ofHours(1)),
        "request-1");
  }

  @Override
  public void close() {
    gate.countDown();
    threads.shutdownNow();
  }
}
