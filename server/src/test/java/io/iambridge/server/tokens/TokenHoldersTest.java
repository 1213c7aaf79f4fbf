package io.iambridge.server.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.callers.TestPods;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.ServerFixtures;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenHoldersTest {
  private static final String NODE = "node-1";

  private final FakeClock clock = new FakeClock();
  private final AtomicInteger asked = new AtomicInteger();
  private Optional<String> nodeOfToken = Optional.empty();
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final TokenHolders holders =
      new TokenHolders(callers, new TokenReviews(this::review, Runnable::run, clock));

  /** A token is "of-" and its pod's UID. */
  private Review review(String token) {
    asked.incrementAndGet();
    if (token.equals("breaks")) {
      throw new IllegalStateException("cannot read: " + token);
    }
    return token.startsWith("of-")
        ? new Review.Authentic(
            token.substring(3), nodeOfToken, clock.instant().plus(Duration.ofHours(1)))
        : new Review.Rejected("not accepted");
  }

  @BeforeEach
  void cluster() {
    callers.namespaceChanged(
        new Namespace("demo", "uid", Map.of(NamespaceRules.PERMITTED, ".*"), Map.of()));
    callers.podChanged(TestPods.pod("app").at("10.0.0.1", "fd00::1").role("app").build());
    callers.podChanged(TestPods.pod("neighbour").at("10.0.0.2").role("app").build());
    callers.podChanged(TestPods.pod("far").node("node-2").at("10.0.0.3").role("app").build());
    callers.podChanged(TestPods.pod("ended").at("10.0.0.4").ended().role("app").build());
    callers.podChanged(TestPods.pod("new").role("app").build());
    callers.podChanged(TestPods.pod("roleless").at("10.0.0.5").build());
    callers.podChanged(TestPods.pod("twin").at("10.0.0.6").role("app").build());
    callers.podChanged(TestPods.pod("other-twin").at("10.0.0.6").role("app").build());
    callers.podChanged(TestPods.pod("host").at("10.9.9.9").hostNetwork().role("app").build());
  }

  private Finding at(String source, String token) {
    return holders.at(InetAddress.ofLiteral(source), token, NODE).join();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, app, FOUND",
    "fd00::1, app, FOUND",
    "10.0.0.5, roleless, FOUND",
    "10.9.9.9, host, FOUND",
    "127.0.0.1, host, FOUND",
    // A stolen token is worth nothing elsewhere.
    "10.0.0.2, app, TOKEN_OTHER_CALLER",
    "10.0.0.5, app, TOKEN_OTHER_CALLER",
    "10.7.7.7, app, TOKEN_OTHER_CALLER",
    "10.0.0.1, host, TOKEN_OTHER_CALLER",
    "10.0.0.6, host, TOKEN_OTHER_CALLER",
    "10.9.9.9, app, TOKEN_OTHER_CALLER",
    "10.0.0.3, far, TOKEN_OTHER_CALLER",
    "10.0.0.1, far, TOKEN_OTHER_CALLER",
    // News that may come any moment.
    "10.0.0.7, new, CALLER_UNKNOWN",
    "10.0.0.1, new, CALLER_UNKNOWN",
    "10.0.0.6, twin, CALLER_UNKNOWN",
    "10.0.0.1, unheard-of, CALLER_UNKNOWN",
    "10.0.0.4, ended, CALLER_UNKNOWN",
  })
  void tokenAndAddressMustNameOnePodOfTheNode(String source, String pod, String expected) {
    Finding finding = at(source, "of-uid-" + pod);
    switch (finding) {
      case Finding.Found found -> {
        assertThat("FOUND").isEqualTo(expected);
        assertThat(found.binding().pod().name()).isEqualTo(pod);
      }
      case Finding.Refused(var reason, var message) -> {
        assertThat(reason.name()).isEqualTo(expected);
        assertThat(message).isNotEmpty().doesNotContain("\n", "of-uid-", "neighbour");
      }
    }
  }

  @Test
  void theNodeThatTheTokenNamesMustBeTheAgents() {
    nodeOfToken = Optional.of("node-2");
    assertThat(reason(at("10.0.0.1", "of-uid-app"))).isEqualTo(Reason.TOKEN_OTHER_CALLER);
    nodeOfToken = Optional.of(NODE);
    clock.advance(TokenReviews.AUTHENTIC_KEPT.plusSeconds(1));
    assertThat(at("10.0.0.1", "of-uid-app")).isInstanceOf(Finding.Found.class);
  }

  @Test
  void anAddressThatHasGoneToAnotherPodIsWorthNothingToTheLastOnesToken() {
    assertThat(at("10.0.0.1", "of-uid-app")).isInstanceOf(Finding.Found.class);
    callers.podDeleted("uid-app");
    callers.podChanged(TestPods.pod("next").at("10.0.0.1").role("other").build());
    assertThat(reason(at("10.0.0.1", "of-uid-app"))).isEqualTo(Reason.CALLER_UNKNOWN);
    assertThat(at("10.0.0.1", "of-uid-next")).isInstanceOf(Finding.Found.class);
  }

  @Test
  void aPodThatIsNotKnownIsReviewedAgainAtOnce() {
    assertThat(reason(at("10.0.0.1", "of-uid-gone"))).isEqualTo(Reason.CALLER_UNKNOWN);
    assertThat(reason(at("10.0.0.1", "of-uid-gone"))).isEqualTo(Reason.CALLER_UNKNOWN);
    assertThat(asked.get()).isEqualTo(2);
  }

  @Test
  void whatIsNoTokenIsNotReviewed() {
    assertThat(reason(at("10.0.0.1", ""))).isEqualTo(Reason.TOKEN_INVALID);
    assertThat(reason(at("10.0.0.1", "x".repeat(TokenHolders.LONGEST_TOKEN + 1))))
        .isEqualTo(Reason.TOKEN_INVALID);
    assertThat(asked.get()).isZero();
    assertThat(reason(at("10.0.0.1", "garbage"))).isEqualTo(Reason.TOKEN_INVALID);
  }

  @Test
  void aReviewerThatFailsForAReasonOfItsOwnIsAnAnswerToo() {
    assertThat(reason(at("10.0.0.1", "breaks"))).isEqualTo(Reason.TOKEN_REVIEW_UNAVAILABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "uid-host, uid-host, FOUND",
    "uid-host, uid-app, TOKEN_OTHER_CALLER",
    "uid-app, uid-host, TOKEN_OTHER_CALLER",
    "uid-app, uid-app, TOKEN_OTHER_CALLER",
  })
  void aHostNetworkPodIsKnownByItsOwnTokenOnly(String asked, String token, String expected) {
    Finding finding = holders.hostNetworkPod(asked, "of-" + token, NODE).join();
    assertThat(finding instanceof Finding.Refused ? reason(finding).name() : "FOUND")
        .isEqualTo(expected);
    assertThat(reason(holders.hostNetworkPod(asked, "of-" + token, "node-2").join()))
        .isEqualTo(Reason.TOKEN_OTHER_CALLER);
  }

  private static Reason reason(Finding finding) {
    return switch (finding) {
      case Finding.Found _ -> throw new AssertionError("found");
      case Finding.Refused(var reason, _) -> reason;
    };
  }
}
