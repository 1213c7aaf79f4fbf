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
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.policy.Verdict;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.targets.Finding;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod may have in the modes that are not kiam's. */
final class BinderModesTest {
  private static final NamespaceRule EVERYTHING = role -> new Verdict.Permitted();
  private static final NamespaceRule NOTHING =
      role -> new Verdict.Forbidden(Reason.ROLE_NOT_PERMITTED, "no");
  private static final RoleArn APP = RoleArn.parse("arn:aws:iam::123456789012:role/app");
  private static final RoleArn IRSA = RoleArn.parse("arn:aws:iam::123456789012:role/irsa/app");
  private static final RoleArn FAR = RoleArn.parse("arn:aws:iam::444455556666:role/far");
  private static final Session KIAMS = Session.of(APP, "kiam-kiam");
  private static final PodAccount POD = new PodAccount("demo", "web", "uid-web", "shop");

  private final Binder binder =
      new Binder(new RoleResolver("arn:aws:iam::123456789012:role/"), new SessionNames("kiam"));
  private final Map<String, String> annotations = new HashMap<>(Map.of(Binder.ROLE, "app"));
  private final Map<String, String> labels = new HashMap<>();
  private Optional<ServiceAccount> account = account(Map.of());
  private NamespaceRule rule = EVERYTHING;

  private static Optional<ServiceAccount> account(Map<String, String> annotations) {
    return Optional.of(new ServiceAccount("demo", "shop", annotations));
  }

  private Pod pod() {
    return TestPods.pod("web").serviceAccount("shop").annotations(annotations).build();
  }

  private Decision decide(Mode mode) {
    labels.put(Mode.LABEL, mode.label());
    return binder.bind(pod(), rule, new Namespace("demo", "uid-demo", Map.of(), labels), account);
  }

  private Entitlement bind(Mode mode) {
    return decide(mode).entitlement().orElseThrow();
  }

  private static Binding webIdentity(RoleArn role, Optional<RoleArn> via, Optional<Session> back) {
    return new Binding(
        new Session(
            role,
            "demo.web",
            Optional.empty(),
            Map.of(),
            new Mechanism.WebIdentity(POD, "sts.amazonaws.com", via, back)));
  }

  private static Binding podIdentity(RoleArn role, Optional<Session> back) {
    return new Binding(
        new Session(
            role, "demo.web", Optional.empty(), Map.of(), new Mechanism.PodIdentity(POD, back)));
  }

  private static ObjectAssert<Denial> assertDenied(Entitlement entitlement, Reason reason) {
    return assertThat(entitlement)
        .asInstanceOf(InstanceOfAssertFactories.type(Denial.class))
        .satisfies(denial -> assertThat(denial.reason()).isEqualTo(reason));
  }

  private void hasRole() {
    account = account(Map.of(TargetSessions.ROLE_ARN, IRSA.toString()));
  }

  private void withoutFallback() {
    labels.put(Modes.FALLBACK, "false");
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"KIAM", "REHEARSE"})
  void kiamAndRehearseGiveTheSessionOfOldWithTheIdOfOld(Mode mode) {
    hasRole();
    assertThat(bind(mode)).isEqualTo(new Binding(KIAMS));
    // Of a release before there were modes; agents and replicas of that one go on.
    assertThat(KIAMS.id()).isEqualTo("y_CyL0D6FUa5ouFJY6z70w");
  }

  @Test
  void irsaGivesTheAccountsRoleAndRemembersKiamsToFallBackTo() {
    hasRole();
    assertThat(bind(Mode.IRSA)).isEqualTo(webIdentity(IRSA, Optional.empty(), Optional.of(KIAMS)));
    withoutFallback();
    assertThat(bind(Mode.IRSA)).isEqualTo(webIdentity(IRSA, Optional.empty(), Optional.empty()));
  }

  @Test
  void irsaGivesTheAccountsRoleToAPodThatNamesNone() {
    hasRole();
    annotations.clear();
    assertThat(bind(Mode.IRSA)).isEqualTo(webIdentity(IRSA, Optional.empty(), Optional.empty()));
    account = account(Map.of());
    assertThat(bind(Mode.IRSA)).isEqualTo(new NoRole());
  }

  /** IAM's trust policy decides there; the rule is kiam's. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"IRSA", "POD_IDENTITY"})
  void theNamespacesRuleIsAskedForTheFallbackOnly(Mode mode) {
    hasRole();
    rule = NOTHING;
    assertThat(bind(mode))
        .isEqualTo(
            mode == Mode.IRSA
                ? webIdentity(IRSA, Optional.empty(), Optional.empty())
                : podIdentity(APP, Optional.empty()));
  }

  @Test
  void aTargetRoleIsAssumedWithTheAccountsRole() {
    account =
        account(
            Map.of(
                TargetSessions.ROLE_ARN, IRSA.toString(),
                TargetSessions.TARGET_ROLE_ARN, FAR.toString()));
    assertThat(bind(Mode.IRSA)).isEqualTo(webIdentity(FAR, Optional.of(IRSA), Optional.of(KIAMS)));
  }

  @Test
  void anExternalIdGoesWithTheSecondRoleOnly() {
    annotations.put(Binder.EXTERNAL_ID, "ext-1");
    hasRole();
    assertThat(session(bind(Mode.IRSA)).externalId()).isEmpty();
    account =
        account(
            Map.of(
                TargetSessions.ROLE_ARN, IRSA.toString(),
                TargetSessions.TARGET_ROLE_ARN, FAR.toString()));
    assertThat(session(bind(Mode.IRSA)).externalId()).contains("ext-1");
    annotations.put(Binder.EXTERNAL_ID, "bad id");
    assertDenied(bind(Mode.IRSA), Reason.INVALID_SESSION);
  }

  @Test
  void theAudienceIsTheAccounts() {
    account =
        account(
            Map.of(
                TargetSessions.ROLE_ARN, IRSA.toString(), TargetSessions.AUDIENCE, "sts.example"));
    assertThat(session(bind(Mode.IRSA)).mechanism())
        .asInstanceOf(InstanceOfAssertFactories.type(Mechanism.WebIdentity.class))
        .extracting(Mechanism.WebIdentity::audience)
        .isEqualTo("sts.example");
  }

  @Test
  void aSessionNameOfThePodIsTaken() {
    hasRole();
    annotations.put(Binder.SESSION_NAME, "orders");
    assertThat(session(bind(Mode.IRSA)).name()).isEqualTo("orders");
  }

  @ParameterizedTest
  @CsvSource({
    "eks.amazonaws.com/role-arn,app",
    "eks.amazonaws.com/role-arn,arn:aws:iam::1:role/x",
    "iambridge.io/target-role-arn,far",
  })
  void anAccountsRoleThatIsNoneFallsBackOrIsADenial(String annotation, String value) {
    Map<String, String> all = new HashMap<>(Map.of(TargetSessions.ROLE_ARN, IRSA.toString()));
    all.put(annotation, value);
    account = account(all);
    assertThat(decide(Mode.IRSA).fellBack()).contains(Finding.INVALID_ROLE_ON_SERVICE_ACCOUNT);
    assertThat(bind(Mode.IRSA)).isEqualTo(new Binding(KIAMS));
    withoutFallback();
    assertDenied(bind(Mode.IRSA), Reason.INVALID_ROLE)
        .satisfies(denial ->
            assertThat(denial.message()).contains(annotation, "demo/shop", "fallback=false"));
  }

  @Test
  void anAccountWithoutARoleFallsBackOrIsADenialThatSaysWhatIsMissing() {
    assertThat(decide(Mode.IRSA).fellBack()).contains(Finding.NO_ROLE_ON_SERVICE_ACCOUNT);
    assertThat(bind(Mode.IRSA)).isEqualTo(new Binding(KIAMS));
    rule = NOTHING;
    assertDenied(bind(Mode.IRSA), Reason.NO_TARGET_ROLE)
        .satisfies(denial -> assertThat(denial.message()).contains("nothing to fall back to: no"));
    withoutFallback();
    assertDenied(bind(Mode.IRSA), Reason.NO_TARGET_ROLE)
        .satisfies(denial ->
            assertThat(denial.message())
                .contains("demo/shop", "eks.amazonaws.com/role-arn", "fallback=false"));
  }

  @Test
  void aPodWhoseAccountHasNotBeenSeenIsBoundAsBeforeOrNotYet() {
    account = Optional.empty();
    assertThat(bind(Mode.IRSA)).isEqualTo(new Binding(KIAMS));
    withoutFallback();
    assertThat(decide(Mode.IRSA).entitlement()).isEmpty();
    annotations.clear();
    assertThat(decide(Mode.IRSA).entitlement()).isEmpty();
    assertThat(decide(Mode.POD_IDENTITY).entitlement()).isEmpty();
  }

  @Test
  void podIdentityExpectsThePodsRoleOrElseItsAccounts() {
    hasRole();
    assertThat(bind(Mode.POD_IDENTITY)).isEqualTo(podIdentity(APP, Optional.of(KIAMS)));
    account = Optional.empty();
    assertThat(bind(Mode.POD_IDENTITY)).isEqualTo(podIdentity(APP, Optional.of(KIAMS)));
    annotations.clear();
    hasRole();
    assertThat(bind(Mode.POD_IDENTITY)).isEqualTo(podIdentity(IRSA, Optional.empty()));
    account = account(Map.of());
    assertThat(bind(Mode.POD_IDENTITY)).isEqualTo(new NoRole());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPodsMalformedRoleIsADenialInEveryMode(boolean fallback) {
    annotations.put(Binder.ROLE, "arn:foo");
    if (!fallback) {
      withoutFallback();
    }
    assertDenied(bind(Mode.POD_IDENTITY), Reason.INVALID_ROLE);
    assertDenied(bind(Mode.KIAM), Reason.INVALID_ROLE);
  }

  /** A kubelet makes them with what account it likes; Kubernetes refuses them one all the same. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"IRSA", "POD_IDENTITY"})
  void aMirrorPodGetsNoRoleByItsAccountEither(Mode mode) {
    hasRole();
    annotations.put(Binder.MIRROR, "0123");
    assertDenied(bind(mode), Reason.INVALID_ROLE);
    annotations.remove(Binder.ROLE);
    assertThat(bind(mode)).isEqualTo(new NoRole());
  }

  @Test
  void aRetiredNamespacesPodsAreToldWhatToDoEvenWithoutARole() {
    assertDenied(bind(Mode.RETIRED), Reason.RETIRED)
        .satisfies(denial -> {
          assertThat(denial.at()).isEqualTo(Culprit.NAMESPACE);
          assertThat(denial.message())
              .contains(
                  "demo/web", "iambridge.io/mode=retired of namespace demo", "IRSA", "label back");
        });
    annotations.clear();
    assertDenied(bind(Mode.RETIRED), Reason.RETIRED);
  }

  @Test
  void aPodThatIsRetiredByItsOwnLabelIsToldThat() {
    Pod pod = TestPods.pod("web").role("app").labels(Map.of(Mode.LABEL, "retired")).build();
    Namespace demo = new Namespace("demo", "uid-demo", Map.of(), Map.of());
    assertDenied(binder.bind(pod, rule, demo, account).entitlement().orElseThrow(), Reason.RETIRED)
        .satisfies(denial -> {
          assertThat(denial.at()).isEqualTo(Culprit.POD);
          assertThat(denial.message()).contains("iambridge.io/mode=retired of the pod");
        });
  }

  private static Session session(Entitlement entitlement) {
    return ((Binding) entitlement).session();
  }
}
