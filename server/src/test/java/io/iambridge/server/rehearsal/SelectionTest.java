package io.iambridge.server.rehearsal;

import static io.iambridge.server.testing.ServerFixtures.BASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.testing.Views;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private final RoleResolver roles = new RoleResolver(BASE);

  private Selection selection(boolean clusterKnown) {
    return new Selection(
        new Modes(Mode.KIAM),
        roles,
        new TargetSessions(roles),
        new TargetChoice(Optional.empty(), clusterKnown));
  }

  private List<Trial> all(NamespaceView view) {
    return selection(/* clusterKnown= */ false).trials(view, mode -> true, List.of());
  }

  private Trial only(NamespaceView view) {
    List<Trial> trials = all(view);
    assertThat(trials).hasSize(1);
    return trials.getFirst();
  }

  private static Finding known(Trial trial) {
    return ((How.Known) trial.how()).finding();
  }

  @Test
  void podsOfOneAccountAndRoleAreOneTrialByTheTokenOfOneOfThem() {
    Trial trial =
        only(
            new Views()
                .account("app", BASE + "a")
                .pod("p1", "app", "a")
                .pod("p2", "app", "a")
                .build());

    assertThat(trial.pair()).isEqualTo(new Trial.Pair("app", BASE + "a"));
    assertThat(trial.workloads()).containsExactly(new Workload("Deployment", "app"));
    assertThat(trial.subject()).isEqualTo("system:serviceaccount:shop:app");
    var session = ((How.Attempt) trial.how()).session();
    assertThat(session.role()).isEqualTo(RoleArn.parse(BASE + "a"));
    var web = (Mechanism.WebIdentity) session.mechanism();
    assertThat(web.audience()).isEqualTo("sts.amazonaws.com");
    assertThat(web.pod().pod()).isEqualTo("p1");
    assertThat(web.fallback()).isEmpty();
  }

  @Test
  void anAccountWithTwoRolesIsTwoTrialsOfWhichOneIsADifferentRole() {
    List<Trial> trials =
        all(
            new Views()
                .account("app", BASE + "a")
                .pod("p1", "app", "a")
                .pod("p2", "app", "b")
                .build());

    assertThat(trials).hasSize(2);
    assertThat(trials.getFirst().how()).isInstanceOf(How.Attempt.class);
    assertThat(known(trials.getLast())).isEqualTo(Finding.DIFFERENT_ROLE);
  }

  @Test
  void whatIsMissingIsKnownWithoutAnyCall() {
    assertThat(known(only(new Views().account("app", Map.of()).pod("p", "app", "a").build())))
        .isEqualTo(Finding.NO_ROLE_ON_SERVICE_ACCOUNT);
    assertThat(known(only(new Views().account("app", "a").pod("p", "app", "a").build())))
        .isEqualTo(Finding.INVALID_ROLE_ON_SERVICE_ACCOUNT);
    assertThat(known(only(new Views().pod("p", "app", "a").build())))
        .isEqualTo(Finding.NO_SERVICE_ACCOUNT);
  }

  @Test
  void aChainsRoleIsComparedWithThePodsAndNotItsFirst() {
    Map<String, String> chain =
        Map.of(
            "eks.amazonaws.com/role-arn",
            BASE + "first",
            "iambridge.io/target-role-arn",
            "arn:aws:iam::210987654321:role/far");
    Trial trial =
        only(
            new Views()
                .account("app", chain)
                .pod("p", "app", "arn:aws:iam::210987654321:role/far")
                .build());

    var session = ((How.Attempt) trial.how()).session();
    assertThat(((Mechanism.WebIdentity) session.mechanism()).via())
        .contains(RoleArn.parse(BASE + "first"));
  }

  @Test
  void podWithoutAnnotationIsTriedWithItsAccountsRole() {
    assertThat(only(new Views().account("app", BASE + "a").pod("p", "app", "").build()).role())
        .isEqualTo(BASE + "a");
    assertThat(all(new Views().account("app", Map.of()).pod("p", "app", "").build())).isEmpty();
  }

  @Test
  void aCronJobWithoutALivePodCannotBeTriedNowAndAnOldDeploymentsPodIsNothing() {
    Workload cron = new Workload("CronJob", "nightly");
    Trial trial =
        only(
            new Views()
                .account("app", BASE + "a")
                .pod("p", "app", "a", cron, /* ended= */ true, Map.of())
                .pod("q", "app", "b", new Workload("Job", "once"), /* ended= */ true, Map.of())
                .build());

    assertThat(trial.how()).isInstanceOf(How.Impossible.class);
    assertThat(trial.workloads()).containsExactly(cron);
  }

  @Test
  void whoeverEvidenceKnowsIsListedWhileItHasNoPod() {
    NamespaceView view = new Views().account("app", BASE + "a").build();
    Seen seen = new Seen(new Workload("CronJob", "nightly"), "app", BASE + "a");

    List<Trial> trials =
        selection(/* clusterKnown= */ false).trials(view, mode -> true, List.of(seen));

    assertThat(trials).hasSize(1);
    assertThat(trials.getFirst().how())
        .isEqualTo(new How.Impossible("no pod of CronJob/nightly lives, whose token it takes"));
  }

  @Test
  void pairsBeyondTheMostAreListedButNotTried() {
    Views views = new Views().account("app", BASE + "r0000");
    for (int i = 0; i < Selection.MAX + 3; i++) {
      views.pod("p" + i, "app", "r%04d".formatted(i));
    }

    List<Trial> trials = all(views.build());

    assertThat(trials).hasSize(Selection.MAX + 3);
    assertThat(trials.subList(0, Selection.MAX))
        .noneMatch(trial -> trial.how() instanceof How.LeftOut);
    assertThat(trials.subList(Selection.MAX, trials.size()))
        .allMatch(trial ->
            trial.how() instanceof How.LeftOut(String words) && words.contains("the first 500"));
  }

  @Test
  void onlyPodsOfWantedModesAreTried() {
    NamespaceView view =
        new Views()
            .account("app", BASE + "a")
            .account("canary", BASE + "a")
            .pod("p", "app", "a")
            .pod(
                "c",
                "canary",
                "a",
                new Workload("Deployment", "canary"),
                /* ended= */ false,
                Map.of(Mode.LABEL, "rehearse"))
            .build();

    assertThat(selection(/* clusterKnown= */ false).trials(view, Mode.REHEARSE::equals, List.of()))
        .extracting(Trial::serviceAccount)
        .containsExactly("canary");
  }

  @Test
  void targetIsTheLabelsElseIrsaWhereSomebodyHasBegunElsePodIdentityWhereItCouldBe() {
    Selection selection = selection(/* clusterKnown= */ true);

    assertThat(selection.target(new Views().label(Target.LABEL, "irsa").build()))
        .isEqualTo(Target.IRSA);
    assertThat(selection.target(new Views().account("a", BASE + "a").pod("p", "a", "a").build()))
        .isEqualTo(Target.IRSA);
    assertThat(selection.target(new Views().account("a", Map.of()).pod("p", "a", "a").build()))
        .isEqualTo(Target.POD_IDENTITY);
    assertThat(selection.target(new Views().label(Mode.LABEL, "irsa").build()))
        .isEqualTo(Target.IRSA);
    assertThat(selection(/* clusterKnown= */ false).target(new Views().build()))
        .isEqualTo(Target.IRSA);
  }

  @Test
  void podIdentityIsTriedForTheRoleThatThePodHasNow() {
    NamespaceView view = new Views().account("a", Map.of()).pod("p", "a", "x").build();

    Trial trial =
        selection(/* clusterKnown= */ true).trials(view, mode -> true, List.of()).getFirst();

    assertThat(((How.Attempt) trial.how()).session().mechanism())
        .isInstanceOf(Mechanism.PodIdentity.class);
    assertThat(trial.audience()).isEqualTo("pods.eks.amazonaws.com");
  }
}
