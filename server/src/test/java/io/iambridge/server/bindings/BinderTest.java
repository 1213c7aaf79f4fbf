package io.iambridge.server.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Entitlement.Binding;
import io.iambridge.server.bindings.Entitlement.Culprit;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.bindings.Entitlement.NoRole;
import io.iambridge.server.callers.TestPods;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.policy.Verdict;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BinderTest {
  private static final NamespaceRule EVERYTHING = role -> new Verdict.Permitted();
  private static final RoleArn APP = RoleArn.parse("arn:aws:iam::123456789012:role/app");

  private final Binder binder =
      new Binder(new RoleResolver("arn:aws:iam::123456789012:role/"), new SessionNames("kiam"));

  private Entitlement bind(Map<String, String> annotations, NamespaceRule rule) {
    Pod pod = TestPods.pod("a").annotations(annotations).build();
    Namespace demo = new Namespace("demo", "uid-demo", Map.of(), Map.of());
    return binder.bind(pod, rule, demo, Optional.empty()).entitlement().orElseThrow();
  }

  @Test
  void aPodWithoutAnnotationHasNoRole() {
    assertThat(bind(Map.of(), EVERYTHING)).isEqualTo(new NoRole());
    assertThat(bind(Map.of(Binder.ROLE, ""), EVERYTHING)).isEqualTo(new NoRole());
  }

  @Test
  void aPermittedRoleIsBoundToASessionNamedAsKiamNamesIt() {
    assertThat(bind(Map.of(Binder.ROLE, "app"), EVERYTHING))
        .isEqualTo(new Binding(Session.of(APP, "kiam-kiam")));
  }

  @Test
  void aMirrorPodGetsNoRole() {
    Map<String, String> annotations = Map.of(Binder.ROLE, "app", Binder.MIRROR, "0123");
    assertThat(bind(annotations, EVERYTHING))
        .isInstanceOfSatisfying(
            Denial.class,
            denial -> {
              assertThat(denial.reason()).isEqualTo(Reason.INVALID_ROLE);
              assertThat(denial.message()).contains("demo/a", "static pod");
            });
    assertThat(bind(Map.of(Binder.MIRROR, "0123"), EVERYTHING)).isEqualTo(new NoRole());
  }

  @Test
  void sessionNameAndExternalIdAreTakenFromThePod() {
    Map<String, String> annotations =
        Map.of(Binder.ROLE, "app", Binder.SESSION_NAME, "orders", Binder.EXTERNAL_ID, "a:b/c=1");
    assertThat(bind(annotations, EVERYTHING))
        .isEqualTo(new Binding(new Session(APP, "kiam-orders", Optional.of("a:b/c=1"), Map.of())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "with space", "line\nbreak", "ünïcode"})
  void anExternalIdThatStsRefusesIsADenialAndNeverDropped(String externalId) {
    Map<String, String> annotations = Map.of(Binder.ROLE, "app", Binder.EXTERNAL_ID, externalId);
    assertThat(bind(annotations, EVERYTHING))
        .isInstanceOfSatisfying(
            Denial.class,
            denial -> {
              assertThat(denial.reason()).isEqualTo(Reason.INVALID_SESSION);
              assertThat(denial.message())
                  .contains("demo/a")
                  .doesNotContain("\n")
                  .doesNotContain(": " + externalId, "\"" + externalId);
            });
  }

  @Test
  void aMalformedRoleIsADenialThatNamesThePodAndWhatItWrote() {
    assertThat(bind(Map.of(Binder.ROLE, "arn:foo"), EVERYTHING))
        .isEqualTo(
            new Denial(
                Reason.INVALID_ROLE,
                "annotation iam.amazonaws.com/role of pod demo/a: not the ARN of an IAM role:"
                    + " \"arn:foo\"",
                Culprit.POD));
  }

  @Test
  void aRoleThatTheNamespaceDoesNotPermitIsThePodsBusiness() {
    NamespaceRule nothing = role -> new Verdict.Forbidden(Reason.ROLE_NOT_PERMITTED, "no");
    assertThat(bind(Map.of(Binder.ROLE, "app"), nothing))
        .isEqualTo(new Denial(Reason.ROLE_NOT_PERMITTED, "no", Culprit.POD));
  }

  @Test
  void aRuleThatCannotBeReadIsTheNamespacesBusiness() {
    NamespaceRule broken = role -> new Verdict.Forbidden(Reason.INVALID_NAMESPACE_RULE, "bad");
    assertThat(bind(Map.of(Binder.ROLE, "app"), broken))
        .isEqualTo(new Denial(Reason.INVALID_NAMESPACE_RULE, "bad", Culprit.NAMESPACE));
  }
}
