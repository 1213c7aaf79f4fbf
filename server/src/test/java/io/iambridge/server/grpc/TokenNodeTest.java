package io.iambridge.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.SecurityEvent.Kind;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.callers.TestPods;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.grpc.NodeIdentity.Finding;
import io.iambridge.server.grpc.NodeIdentity.Proved;
import io.iambridge.server.grpc.NodeIdentity.Refused;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.ServerFixtures;
import io.iambridge.server.tokens.AgentReviews;
import io.iambridge.server.tokens.Review;
import io.iambridge.server.tokens.ReviewException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenNodeTest {
  private final FakeClock clock = new FakeClock();
  private final Instant end = clock.instant().plus(Duration.ofHours(1));
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private Optional<String> claim = Optional.of("node-1");
  private boolean away;
  private int asked;
  private final NodeIdentity identity =
      new TokenNode(new AgentReviews(this::review, Runnable::run, clock), callers)
          .comparedWithClaim();

  private Review review(String token) throws ReviewException {
    asked++;
    if (away) {
      throw new ReviewException("Kubernetes is away");
    }
    return token.equals("agent")
        ? new Review.Authentic("uid-agent", claim, end)
        : new Review.Rejected("not accepted");
  }

  @BeforeEach
  void seeTheAgentsPod() {
    callers.namespaceChanged(new Namespace("kube-system", "u", Map.of(), Map.of()));
    callers.podChanged(agent().build());
  }

  private static TestPods agent() {
    return TestPods.pod("agent").namespace("kube-system").hostNetwork();
  }

  private Finding find(@Nullable String authorization, @Nullable String claimed) {
    Metadata headers = new Metadata();
    if (authorization != null) {
      headers.put(WireKeys.AUTHORIZATION, authorization);
    }
    if (claimed != null) {
      headers.put(WireKeys.NODE, claimed);
    }
    return identity.nodeOf(headers, Attributes.EMPTY);
  }

  private void assertRefused(Finding finding, Reason reason, Optional<Kind> event, String why) {
    assertThat(finding)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.event()).isEqualTo(event);
              assertThat(refused.message()).contains(why).doesNotContain("\n");
            });
  }

  private void assertNotProved(Finding finding, String why) {
    assertRefused(finding, Reason.NODE_UNKNOWN, Optional.of(Kind.AGENT_NOT_PROVED), why);
  }

  @Test
  void theNodeIsThatOfTheTokenUntilTheTokenEnds() {
    assertThat(find("Bearer agent", "node-1")).isEqualTo(new Proved("node-1", end));
    assertThat(find("Bearer agent", null)).isEqualTo(new Proved("node-1", end));
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void beforeKubernetes130TheNodeIsThatOfTheTokensPod() {
    claim = Optional.empty();
    assertThat(find("Bearer agent", "node-1")).isEqualTo(new Proved("node-1", end));
    callers.podDeleted("uid-agent");
    assertRefused(
        find("Bearer agent", "node-1"), Reason.NODE_UNKNOWN, Optional.empty(), "not known yet");
  }

  @Test
  void whoeverSaysToBeOnAnotherNodeIsRefused() {
    assertRefused(
        find("Bearer agent", "node-2"),
        Reason.NODE_MISMATCH,
        Optional.of(Kind.NODE_MISMATCH),
        "on node node-1, and says that it is on another (--node-name)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic agent", "bearer agent", "agent", "Bearer", "Bearer "})
  void whatIsNoTokenIsNotReviewed(String header) {
    assertNotProved(find(header, "node-1"), "the agent's token proves no node");
    assertNotProved(find("Bearer " + "x".repeat(17_000), "node-1"), "no ServiceAccount token");
    assertNotProved(find(null, "node-1"), "carries no token");
    assertThat(asked).isZero();
  }

  @Test
  void aTokenThatKubernetesDoesNotAcceptProvesNothing() {
    assertNotProved(find("Bearer other", "node-1"), "not accepted");
  }

  @Test
  void aPodThatHasEndedProvesNothing() {
    callers.podChanged(agent().ended().build());
    assertNotProved(find("Bearer agent", "node-1"), "has ended");
  }

  @Test
  void aTokenMadeForAnotherNodeThanItsPodsIsRefused() {
    callers.podChanged(agent().node("node-2").build());
    assertNotProved(find("Bearer agent", "node-1"), "another node");
  }

  @Test
  void ofAPodThatIsNotKnownKubernetesIsAskedNow() {
    assertThat(find("Bearer agent", "node-1")).isInstanceOf(Proved.class);
    callers.podDeleted("uid-agent");
    assertThat(find("Bearer agent", "node-1")).isEqualTo(new Proved("node-1", end));
    assertThat(asked).isEqualTo(2);
    away = true;
    assertRefused(
        find("Bearer agent", "node-1"),
        Reason.TOKEN_REVIEW_UNAVAILABLE,
        Optional.empty(),
        "Kubernetes is away");
  }

  @Test
  void whileKubernetesIsAwayAKnownAgentIsBelievedUntilItsTokenEnds() {
    assertThat(find("Bearer agent", "node-1")).isInstanceOf(Proved.class);
    away = true;
    clock.advance(Duration.ofMinutes(59));
    assertThat(find("Bearer agent", "node-1")).isInstanceOf(Proved.class);
    clock.advance(Duration.ofMinutes(1));
    assertRefused(
        find("Bearer agent", "node-1"),
        Reason.TOKEN_REVIEW_UNAVAILABLE,
        Optional.empty(),
        "Kubernetes is away");
  }
}
