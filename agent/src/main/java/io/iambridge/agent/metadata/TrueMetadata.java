package io.iambridge.agent.metadata;

import io.iambridge.agent.address.AddressPace;
import io.iambridge.agent.address.AddressQuota;
import io.iambridge.agent.address.Pace;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metadata.Answer.Unavailable;
import io.iambridge.agent.metadata.Upstream.Reply;
import io.iambridge.agent.metrics.AgentMetrics;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's true metadata service, asked on behalf of callers.
 *
 * <p>How it works. What is in the cache is answered at once. Otherwise all who ask for one path
 * wait for one request, each as long as it can; the request ends within {@link #DEADLINE} whatever
 * happens. A refused session token is replaced once.
 */
public final class TrueMetadata implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrueMetadata.class);

  /** Below what callers are promised, with the time that the answer itself takes. */
  static final Duration DEADLINE = Duration.ofMillis(400);

  private static final int MOST_IN_FLIGHT = 64;
  private static final int MOST_OF_ADDRESS = 8;

  /** A tenth of what EC2 lets a network interface send to all link-local services. */
  private static final int MOST_PER_SECOND = 100;

  /** A pod that walks through all dates and tags must leave something to the others. */
  private static final int MOST_PER_SECOND_OF_ADDRESS = 20;

  private final Upstream upstream;
  private final OwnToken token;
  private final AnswerCache cache = new AnswerCache();
  private final Pace pace;
  private final AddressPace paceOfAddress;
  private final AddressQuota quota = new AddressQuota(MOST_OF_ADDRESS);
  private final Map<MetadataPath, CompletableFuture<Answer>> flights = new HashMap<>();
  private final InstantSource clock;
  private final AgentMetrics metrics;
  private final Runnable closing;
  private final AtomicReference<String> trouble = new AtomicReference<>("");

  TrueMetadata(Upstream upstream, Runnable closing, InstantSource clock, AgentMetrics metrics) {
    this.upstream = upstream;
    this.token = new OwnToken(upstream, clock);
    this.pace = new Pace(MOST_PER_SECOND, MOST_PER_SECOND, () -> nanos(clock.instant()));
    this.paceOfAddress =
        new AddressPace(
            MOST_PER_SECOND_OF_ADDRESS, MOST_PER_SECOND_OF_ADDRESS, () -> nanos(clock.instant()));
    this.closing = closing;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Opens no connection until something is asked. */
  public static TrueMetadata at(MetadataConfig config, InstantSource clock, AgentMetrics metrics) {
    if (config.routes().isEmpty()) {
      return new TrueMetadata(Upstream.NONE, () -> {}, clock, metrics);
    }
    HttpUpstream http = new HttpUpstream(config.address(), DEADLINE);
    return new TrueMetadata(http, http::close, clock, metrics);
  }

  /**
   * Asks for a path; answered once, on any thread, and within the patience.
   *
   * @param peer the caller, so that one cannot ask so much that others cannot
   */
  public void ask(
      MetadataPath path, InetAddress peer, Duration patience, Consumer<Response> answer) {
    Answer cached = cache.get(path, clock.instant());
    if (cached != null) {
      answer.accept(Answers.response(cached));
      return;
    }
    CompletableFuture<Answer> flight = join(path, peer);
    if (flight == null) {
      metrics.refused(Refusal.METADATA_BUSY);
      answer.accept(Answers.response(new Unavailable("too much is asked of the metadata service")));
      return;
    }
    var _ =
        flight
            .copy()
            .orTimeout(Math.max(patience.toMillis(), 1), TimeUnit.MILLISECONDS)
            .exceptionally(Answers::read)
            .thenAccept(found -> answer.accept(told(found)));
  }

  private Response told(Answer answer) {
    if (answer instanceof Unavailable) {
      metrics.refused(Refusal.METADATA_UNAVAILABLE);
    }
    return Answers.response(answer);
  }

  /** The request that is under way for the path, or a new one; null when there are too many. */
  private @Nullable CompletableFuture<Answer> join(MetadataPath path, InetAddress peer) {
    CompletableFuture<Answer> flight = new CompletableFuture<>();
    synchronized (flights) {
      CompletableFuture<Answer> underWay = flights.get(path);
      if (underWay != null) {
        return underWay;
      }
      if (flights.size() >= MOST_IN_FLIGHT || !quota.take(peer)) {
        return null;
      }
      if (!paceOfAddress.take(peer) || !pace.take()) {
        quota.giveBack(peer);
        return null;
      }
      flights.put(path, flight);
    }
    var _ =
        fetch(path)
            .orTimeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
            .handle((reply, failure) ->
                reply == null ? Answers.read(reason(failure)) : Answers.read(reply))
            .exceptionally(Answers::read)
            .thenAccept(answer -> land(path, peer, flight, answer));
    return flight;
  }

  private static long nanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  private static Throwable reason(@Nullable Throwable failure) {
    return failure == null ? new MetadataTrouble("the metadata service says nothing") : failure;
  }

  private void land(
      MetadataPath path, InetAddress peer, CompletableFuture<Answer> flight, Answer answer) {
    // Before it is gone from here, so that nobody asks in between.
    cache.put(path, answer, clock.instant());
    synchronized (flights) {
      flights.remove(path);
    }
    quota.giveBack(peer);
    tell(answer);
    flight.complete(answer);
  }

  private CompletableFuture<Reply> fetch(MetadataPath path) {
    return token
        .get()
        .thenCompose(first ->
            get(path, first)
                .thenCompose(reply ->
                    reply.status() == 401
                        ? token.insteadOf(first).thenCompose(second -> get(path, second))
                        : CompletableFuture.completedFuture(reply)));
  }

  private CompletableFuture<Reply> get(MetadataPath path, Optional<String> with) {
    return upstream.get(path, with.orElse(null));
  }

  /** Says once when it begins and once when it ends, not for every request. */
  private void tell(Answer answer) {
    String why = answer instanceof Unavailable(var reason) ? reason : "";
    if (!why.equals(trouble.getAndSet(why))) {
      if (why.isEmpty()) {
        LOG.info("The true metadata service answers again");
      } else {
        LOG.atWarn().addKeyValue("why", why).log("The true metadata service does not help");
      }
    }
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    closing.run();
  }
}
