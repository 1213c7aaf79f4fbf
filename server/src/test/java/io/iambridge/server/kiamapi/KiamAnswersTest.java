package io.iambridge.server.kiamapi;

import static io.iambridge.server.callers.TestPods.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.testing.ServerFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KiamAnswersTest {
  private static final RoleResolver ROLES = new RoleResolver(ServerFixtures.BASE);
  private static final String TARGET = "arn:aws:iam::210987654321:role/target";

  private static String name(String annotation, Entitlement entitlement) {
    return KiamAnswers.role(new PodBinding(pod("p").role(annotation).build(), entitlement), ROLES)
        .getName();
  }

  /** Else the pod would ask for a role that is not its own any more, and be refused. */
  @Test
  void aPodThatIsBoundToAnotherRoleThanItNamesHearsThatOnesArn() {
    Entitlement bound = new Entitlement.Binding(Session.of(RoleArn.parse(TARGET), "s"));
    assertThat(name("app", bound)).isEqualTo(TARGET);
    assertThat(name("", bound)).isEqualTo(TARGET);
    assertThat(name("arn:nonsense", bound)).isEqualTo(TARGET);
    assertThat(KiamAnswers.isRole(TARGET, RoleArn.parse(TARGET), ROLES)).isTrue();
  }

  @Test
  void aPodThatIsDeniedHearsWhatItNames() {
    Entitlement denied =
        new Entitlement.Denial(Reason.ROLE_NOT_PERMITTED, "no", Entitlement.Culprit.POD);
    assertThat(name("/team/app", denied)).isEqualTo("/team/app");
  }

  @ParameterizedTest
  @ValueSource(strings = {"app", "/app", ServerFixtures.BASE + "app"})
  void aPodThatIsBoundToWhatItNamesHearsItAsItNamesIt(String annotation) {
    assertThat(
            name(
                annotation, new Entitlement.Binding(Session.of(ROLES.resolve("app"), "kiam-kiam"))))
        .isEqualTo(annotation);
  }
}
