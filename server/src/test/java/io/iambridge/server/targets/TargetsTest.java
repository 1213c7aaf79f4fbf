package io.iambridge.server.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.testing.TargetFixtures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private final List<String> asked = new ArrayList<>();
  private final Targets targets =
      new Targets(
          (pod, audience) -> {
            asked.add(pod.subject() + " for " + audience);
            return "the-token";
          },
          (session, token) -> given("STS got " + token),
          (session, token) -> given("EKS Auth got " + token));

  private Credentials given(String by) {
    asked.add(by);
    return new Credentials("ASIA1", "secret", "token", Instant.EPOCH, Instant.MAX, "request");
  }

  @Test
  void webIdentityTakesATokenOfTheSessionsAudienceToSts() throws Exception {
    targets.issue(TargetFixtures.webIdentity(Optional.empty(), Optional.empty()));
    assertThat(asked)
        .containsExactly(
            "system:serviceaccount:apps:app for sts.amazonaws.com", "STS got the-token");
  }

  @Test
  void podIdentityTakesATokenForEksToEksAuth() throws Exception {
    targets.issue(TargetFixtures.podIdentity(Optional.empty()));
    assertThat(asked)
        .containsExactly(
            "system:serviceaccount:apps:app for pods.eks.amazonaws.com", "EKS Auth got the-token");
  }

  @Test
  void whatTheServerAssumesItselfHasNoTarget() {
    assertThatThrownBy(() -> targets.issue(TargetFixtures.KIAM))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(asked).isEmpty();
  }
}
