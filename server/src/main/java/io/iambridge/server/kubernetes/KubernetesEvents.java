package io.iambridge.server.kubernetes;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.metrics.EventOutcome;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.roles.Quoted;
import java.io.Closeable;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Kubernetes Events on pods and namespaces, so that the people who own them see why a role
 * does not work, and what to change, with {@code kubectl describe pod}.
 *
 * <p>Telling never blocks and never fails. The same note is told once in {@link #QUIET}, however
 * often a pod asks; the Event's name is made of its content, so that another replica, or we after a
 * restart, count the same Event up. That takes the permissions create and patch, as kiam's.
 */
public final class KubernetesEvents implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesEvents.class);

  /** How long a note is not told again. */
  static final Duration QUIET = Duration.ofMinutes(5);

  private static final int MAX_REMEMBERED = 10_000;
  private static final int MAX_QUEUED = 10_000;
  private static final String COMPONENT = "iambridge-server";

  private final KubernetesClient client;
  private final InstantSource clock;
  private final ServerMetrics metrics;
  private final Cache<String, Boolean> told;
  private final BlockingQueue<EventNote> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
  private final Thread writer;
  // Only the writer's.
  private boolean failing;

  private KubernetesEvents(
      KubernetesClient client, InstantSource clock, ThreadFactory threads, ServerMetrics metrics) {
    this.client = client;
    this.clock = clock;
    this.metrics = metrics;
    this.told =
        Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(QUIET)
            .ticker(ticker(clock))
            .build();
    this.writer = threads.newThread(this::write);
  }

  /** Starts the one thread that writes; a virtual one will do. */
  public static KubernetesEvents start(
      KubernetesClient client, InstantSource clock, ThreadFactory threads, ServerMetrics metrics) {
    KubernetesEvents events = new KubernetesEvents(client, clock, threads, metrics);
    events.writer.start();
    return events;
  }

  private static Ticker ticker(InstantSource clock) {
    return () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
  }

  /** The pod may not have the role it names; told where it is to be changed. */
  public void denied(Pod pod, Denial denial) {
    EventReason reason = EventReason.of(denial.reason());
    tell(
        switch (denial.at()) {
          case POD -> EventNote.onPod(pod, reason, denial.message());
          case NAMESPACE -> EventNote.onNamespace(pod.namespace(), reason, denial.message());
        });
  }

  /** STS gives no credentials for the pod's role. Only told for what the owner can change. */
  public void failed(Pod pod, IssueException failure) {
    if (failure.permanent()) {
      String message = String.valueOf(failure.getMessage());
      tell(EventNote.onPod(pod, EventReason.CREDENTIALS_FAILED, message + hint(failure)));
    }
  }

  /** The pod names a role, but is of its node's network, where only a token can tell who it is. */
  public void hostNetworkNotServed(Pod pod) {
    tell(
        EventNote.onPod(
            pod,
            EventReason.HOST_NETWORK_NOT_SERVED,
            "The role annotation has no effect at 169.254.169.254: a hostNetwork pod has its node's"
                + " address, so nobody can tell it from others. Give it a token for EKS Pod Identity"
                + " (169.254.170.23), use IRSA, or run it without hostNetwork."));
  }

  /**
   * The pod is not answered, because others claim its address too. Whose they are is not said: they
   * may be another team's.
   *
   * @param fullName namespace/name
   * @param claims how many pods claim it
   */
  public void ambiguous(String fullName, InetAddress address, int claims) {
    int slash = fullName.indexOf('/');
    tell(
        EventNote.onPodNamed(
            fullName.substring(0, slash),
            fullName.substring(slash + 1),
            EventReason.ADDRESS_AMBIGUOUS,
            ("%d pods on this node have the address %s and cannot be told apart, so none of them gets"
                    + " credentials. Delete the pod; it comes back with another address.")
                .formatted(claims, address.getHostAddress())));
  }

  /** The namespace's label is no mode. */
  public void unknownMode(Namespace namespace, String value) {
    tell(
        EventNote.onNamespace(
            namespace.name(), EventReason.MODE_UNKNOWN, unknownMode("this namespace", value)));
  }

  /** The pod's own label is no mode. */
  public void unknownMode(Pod pod, String value) {
    tell(EventNote.onPod(pod, EventReason.MODE_UNKNOWN, unknownMode("this pod", value)));
  }

  private static String unknownMode(String what, String value) {
    return "The label %s=%s of %s is no mode, so it is taken for kiam. Modes are %s."
        .formatted(
            Mode.LABEL,
            Quoted.of(value),
            what,
            Arrays.stream(Mode.values()).map(Mode::label).collect(Collectors.joining(", ")));
  }

  /**
   * The pod got credentials as in mode {@code kiam}, because its own mode's mechanism gave none.
   *
   * @param mechanism the mode, or its mechanism, in one word
   * @param finding why, in one word
   * @param message the service's own words, or what to look at, in one line
   */
  public void fellBack(Pod pod, String mechanism, String finding, String message) {
    tell(
        EventNote.onPod(
            pod,
            EventReason.CREDENTIALS_FALLBACK,
            "%s gives this pod no credentials (%s), so it gets them as in mode kiam: %s"
                .formatted(mechanism, finding, message)));
  }

  /** The pod asked, and is retired. */
  public void retired(Pod pod, String message) {
    tell(EventNote.onPod(pod, EventReason.RETIRED, message));
  }

  private static String hint(IssueException failure) {
    return switch (failure.reason()) {
      case STS_DENIED ->
          ". Check that the role exists and that its trust policy lets the server of iambridge assume it"
              + " (with this external id, if it demands one).";
      case STS_REJECTED ->
          ". Check the role's maximum session duration against the server's --session-duration.";
      default -> "";
    };
  }

  private void tell(EventNote note) {
    String id = note.about().getNamespace() + "/" + note.name();
    if (told.asMap().putIfAbsent(id, true) != null) {
      metrics.event(EventOutcome.SUPPRESSED);
    } else if (!queue.offer(note)) {
      told.invalidate(id);
      metrics.event(EventOutcome.DROPPED);
    }
  }

  /** Stops writing; what is queued is not written. */
  @Override
  public void close() {
    writer.interrupt();
  }

  private void write() {
    try {
      while (true) {
        write(queue.take());
      }
    } catch (InterruptedException e) {
      LOG.debug("No more Events are written");
    }
  }

  @SuppressWarnings("CatchingUnchecked") // the client throws what it likes; nobody waits for it
  private void write(EventNote note) {
    try {
      Optional<EventNote> whole = note.lacksUid() ? lookUp(note) : Optional.of(note);
      metrics.event(whole.map(this::createOrCount).orElse(EventOutcome.SUPPRESSED));
      failing = false;
    } catch (RuntimeException e) {
      metrics.event(EventOutcome.FAILED);
      if (!failing) {
        LOG.atWarn()
            .addKeyValue("error", String.valueOf(e.getMessage()))
            .log("Events cannot be written; further failures are only counted");
      }
      failing = true;
    }
  }

  /** Empty when the pod is gone, and with it whoever would look. */
  private Optional<EventNote> lookUp(EventNote note) {
    var pod =
        client.pods().inNamespace(note.about().getNamespace()).withName(note.about().getName());
    return Optional.ofNullable(pod.get()).map(found -> note.withUid(found.getMetadata().getUid()));
  }

  private EventOutcome createOrCount(EventNote note) {
    Event event = event(note);
    Resource<Event> resource = client.v1().events().resource(event);
    try {
      resource.create();
      return EventOutcome.CREATED;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
    // The answer to the first patch says how often it was seen: that saves the permission to get.
    Event seen = patch(resource, "{\"lastTimestamp\":\"" + event.getLastTimestamp() + "\"}");
    int count = seen.getCount() == null ? 1 : seen.getCount();
    patch(resource, "{\"count\":" + (count + 1) + "}");
    return EventOutcome.REPEATED;
  }

  private static Event patch(Resource<Event> resource, String json) {
    return resource.patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  private Event event(EventNote note) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    String time = DateTimeFormatter.ISO_INSTANT.format(now);
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(note.about().getNamespace())
        .withName(note.name())
        .endMetadata()
        .withInvolvedObject(note.about())
        .withType("Warning")
        .withReason(note.reason().word())
        .withMessage(note.message())
        .withNewSource()
        .withComponent(COMPONENT)
        .endSource()
        .withReportingComponent(COMPONENT)
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .build();
  }
}
