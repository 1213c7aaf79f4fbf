package io.iambridge.agent.podidentity;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.callers.BindingListener;
import io.iambridge.agent.callers.Caller;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.credentials.RenewalPolicy;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.proto.v1.Reason;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What takes time or comes in an unlucky order. */
class PodIdentityServiceTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.0.0.1");
  private static final Binding BINDING =
      new Binding("arn:aws:iam::123456789012:role/app", "session");
  private static final Known POD = new Known("pod", "apps", "pod", BINDING);
  private static final Known NEXT = new Known("next", "apps", "next", BINDING);
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final AgentMetrics metrics = new PrometheusAgentMetrics(new PrometheusRegistry(), "test");
  private final VerifiedTokens tokens = new VerifiedTokens(metrics);
  private final CredentialsCache<String> credentials =
      new CredentialsCache<>(
          (podUid, session, answer) -> answer.accept(new FetchResult.Fetched(fresh())),
          Credentials::accessKeyId,
          new RenewalPolicy(),
          clock,
          new Random(7),
          state,
          metrics);
  private final Callers callers = new Callers(new Bindings(), state, clock, metrics);
  private final FakeTokenServer server = new FakeTokenServer();
  private final PodIdentityService service =
      new PodIdentityService(
          callers,
          credentials,
          tokens,
          server,
          Optional.empty(),
          Duration.ofMillis(400),
          () -> "id",
          state,
          clock,
          metrics,
          CallListener.NONE);

  private Credentials fresh() {
    return new Credentials(
        "ASIA", "secret", "token", clock.instant(), clock.instant().plus(Duration.ofHours(1)));
  }

  private void put(Caller caller) {
    callers.put(ADDRESS, caller);
    state.runDue();
  }

  /** The node asks itself, unless a test says otherwise. */
  private InetAddress node = ADDRESS;

  private FakeExchange ask() {
    FakeExchange exchange = new FakeExchange();
    service.serve(exchange);
    state.runDue();
    return exchange;
  }

  private Review verified(Known pod, boolean hostNetwork) {
    return new Review.Verified(pod, clock.instant().plus(TOKEN_LIFE), hostNetwork);
  }

  private void verify() {
    put(POD);
    FakeExchange first = ask();
    server.answer(verified(POD, /* hostNetwork= */ false));
    assertThat(first.status()).isEqualTo(200);
  }

  @Test
  void aVerifiedTokenIsReviewedAgainAfterAMinute() {
    verify();
    state.advance(VerifiedTokens.FRESH.minusSeconds(1));
    assertThat(ask().status()).isEqualTo(200);
    state.advance(Duration.ofSeconds(1));
    FakeExchange stale = ask();
    assertThat(stale.isAnswered()).isFalse();
    server.answer(new Review.Refused(Reason.TOKEN_INVALID, "taken back"));
    assertThat(stale.status()).isEqualTo(400);
    assertThat(tokens.size()).isZero();
  }

  @Test
  void whileTheServerCannotBeAskedAVerifiedTokenIsServedUntilItEnds() {
    verify();
    for (int i = 0; i < 8; i++) {
      state.advance(Duration.ofMinutes(1));
      FakeExchange stale = ask();
      server.answer(new Review.Failed(Reason.SERVER_NOT_READY, "away"));
      assertThat(stale.status()).isEqualTo(200);
      // Others do not wait for a server that is away.
      assertThat(ask().status()).isEqualTo(200);
    }
    state.advance(Duration.ofMinutes(2));
    FakeExchange ended = ask();
    server.answer(new Review.Failed(Reason.SERVER_NOT_READY, "away"));
    assertThat(ended.status()).isEqualTo(503);
  }

  @Test
  void aServerThatHangsDelaysAVerifiedTokenOnceInAWhileOnly() {
    verify();
    state.advance(Duration.ofMinutes(1));
    FakeExchange waiting = ask();
    state.advance(PodIdentityService.ANSWER_BUDGET);
    assertThat(waiting.status()).isEqualTo(200);
    assertThat(ask().status()).isEqualTo(200);
  }

  @Test
  void aReviewThatComesWhenTheAddressIsAnothersServesNobody() {
    put(POD);
    FakeExchange late = ask();
    put(NEXT);
    server.answer(verified(POD, /* hostNetwork= */ false));
    assertThat(late.status()).isEqualTo(503);
    assertThat(tokens.size()).isZero();
  }

  @Test
  void aPodThatTheServerKnowsAndTheMirrorDoesNotIsToldToAskAgain() {
    put(POD);
    FakeExchange early = ask();
    server.answer(verified(NEXT, /* hostNetwork= */ false));
    assertThat(early.status()).isEqualTo(503);
    assertThat(tokens.size()).isZero();
  }

  @Test
  void aVerifiedTokenGoesWithItsPodAndIsWorthNothingToTheNext() {
    verify();
    put(Caller.UNKNOWN);
    assertThat(tokens.size()).isZero();
    put(NEXT);
    FakeExchange stolen = ask();
    assertThat(stolen.isAnswered()).isFalse();
    server.answer(new Review.Refused(Reason.TOKEN_OTHER_CALLER, "no"));
    assertThat(stolen.status()).isEqualTo(400);
  }

  @Test
  void aHostNetworkPodsReviewThatComesWhenAPodIsThereServesNobody() {
    FakeExchange late = ask();
    put(POD);
    server.answer(verified(NEXT, /* hostNetwork= */ true));
    assertThat(late.status()).isEqualTo(503);
    assertThat(server.fetches).isEmpty();
  }

  @Test
  void oneHostNetworkPodTakesOnlyItsShareOfCallsAndOthersHaveTheirs() {
    for (int i = 0; i < HostNetworkPods.CALLS_PER_POD; i++) {
      FakeExchange hanging = ask();
      server.answer(verified(POD, /* hostNetwork= */ true));
      assertThat(hanging.isAnswered()).isFalse();
    }
    FakeExchange oneMore = ask();
    server.answer(verified(POD, /* hostNetwork= */ true));
    assertThat(oneMore.status()).isEqualTo(429);
    FakeExchange other = ask();
    server.answer(verified(NEXT, /* hostNetwork= */ true));
    assertThat(other.isAnswered()).isFalse();
    server.fetches.getFirst().accept(new FetchResult.Fetched(fresh()));
    ask();
    server.answer(verified(POD, /* hostNetwork= */ true));
    assertThat(server.fetches).hasSize(HostNetworkPods.CALLS_PER_POD + 2);
  }

  @Test
  void aTokenAloneProvesNobodyWhoComesFromAnotherMachine() {
    node = InetAddress.ofLiteral("10.0.0.10");
    FakeExchange remote = ask();
    assertThat(server.asked).isEmpty();
    state.advance(PodIdentityService.ANSWER_BUDGET);
    assertThat(remote.status()).isEqualTo(503);
  }

  @Test
  void aVerifiedTokenDoesNotWaitLongForAServerThatHangs() {
    verify();
    state.advance(Duration.ofMinutes(1));
    FakeExchange stale = ask();
    state.advance(Duration.ofMillis(300));
    assertThat(stale.status()).isEqualTo(200);
  }

  @Test
  void anUnknownCallerIsAnsweredWithinTheBudget() {
    FakeExchange unknown = ask();
    state.advance(PodIdentityService.ANSWER_BUDGET);
    assertThat(unknown.status()).isEqualTo(503);
    server.answer(new Review.Failed(Reason.SERVER_NOT_READY, "late"));
    assertThat(unknown.status()).isEqualTo(503);
  }

  private final class Bindings implements BindingListener {
    @Override
    public void bound(Binding binding, String podUid) {
      credentials.add(binding.session(), podUid);
    }

    @Override
    public void unbound(Binding binding, String podUid) {
      tokens.forgetPod(podUid);
      credentials.remove(binding.session(), podUid);
    }
  }

  private final class FakeTokenServer implements TokenServer {
    private final List<Consumer<Review>> asked = new ArrayList<>();
    private final List<Consumer<FetchResult>> fetches = new ArrayList<>();

    @Override
    public void review(Token token, InetAddress source, Consumer<Review> answer) {
      asked.add(answer);
    }

    void answer(Review review) {
      List<Consumer<Review>> waiting = List.copyOf(asked);
      asked.clear();
      assertThat(waiting).hasSize(1);
      waiting.getFirst().accept(review);
      state.runDue();
    }

    @Override
    public void fetch(
        String podUid,
        String session,
        Token token,
        Duration patience,
        Consumer<FetchResult> answer) {
      fetches.add(answer);
    }
  }

  private final class FakeExchange implements Exchange {
    private @Nullable Response answer;

    boolean isAnswered() {
      return answer != null;
    }

    int status() {
      Response there = answer;
      if (there == null) {
        throw new AssertionError("not answered");
      }
      return there.status();
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String target() {
      return "/v1/credentials";
    }

    @Override
    public HttpHeaders headers() {
      return new DefaultHttpHeaders().add("Host", "169.254.170.23").add("Authorization", "a.b.c");
    }

    @Override
    public InetAddress peer() {
      return ADDRESS;
    }

    @Override
    public InetAddress local() {
      return node;
    }

    @Override
    public void respond(Route route, Response response) {
      assertThat(route).isEqualTo(Route.POD_IDENTITY);
      if (answer != null) {
        throw new AssertionError("answered twice");
      }
      answer = response;
    }
  }
}
