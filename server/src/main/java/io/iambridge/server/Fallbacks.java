package io.iambridge.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.FallbackListener;
import io.iambridge.server.targets.Finding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a fallback loud: a metric, a line of the audit log, a Kubernetes Event, and a line of the
 * log; the last once in a while for each service account, which may have thousands of pods.
 */
final class Fallbacks implements FallbackListener {
  private static final Logger LOG = LoggerFactory.getLogger(Fallbacks.class);
  private static final Duration QUIET = Duration.ofMinutes(5);
  private static final long MOST_REMEMBERED = 10_000;

  private final ServerMetrics metrics;
  private final Audit audit;
  private final FallbackListener events;
  private final Cache<String, Boolean> logged;

  /**
   * @param audit one that is quick
   * @param events tells the pod's owners
   */
  Fallbacks(ServerMetrics metrics, Audit audit, FallbackListener events, InstantSource clock) {
    this.metrics = metrics;
    this.audit = audit;
    this.events = events;
    this.logged =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(QUIET)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .executor(Runnable::run)
            .build();
  }

  @Override
  public void fellBack(Session session, Finding finding, String ownWords) {
    metrics.fellBack(session.mechanism().kind(), finding);
    audit.fellBack(session, finding, ownWords);
    Optional<RoleArn> other =
        session
            .mechanism()
            .fallback()
            .map(Session::role)
            .filter(role -> !role.equals(session.role()));
    other.ifPresent(_ -> metrics.fellBackToOtherRole(session.mechanism().kind()));
    String told =
        other
            .map(role -> "%s; what it gets is of another role, %s".formatted(ownWords, role))
            .orElse(ownWords);
    events.fellBack(session, finding, told);
    String subject =
        session.mechanism().podAccount().map(pod -> pod.subject()).orElse(session.id());
    String about = subject + " " + session.role() + " " + finding;
    if (logged.asMap().putIfAbsent(about, true) == null) {
      LOG.atWarn()
          .addKeyValue("finding", finding.word())
          .addKeyValue("session", session)
          .log("Fell back to kiam's way: {}", told);
    }
  }
}
