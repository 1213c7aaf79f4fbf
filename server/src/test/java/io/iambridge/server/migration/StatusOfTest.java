package io.iambridge.server.migration;

import static io.iambridge.server.testing.ServerFixtures.BASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.cluster.CarriedIdentity;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.Heard;
import io.iambridge.server.evidence.JsonSize;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Seen;
import io.iambridge.server.rehearsal.Trial;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.testing.Views;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusOfTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:30Z");

  private static final Instant LONG_AGO = NOW.minusSeconds(86_400);

  private static final Heard HEARD =
      new Heard("2026-11-21T12:00:31Z", Set.of("2026-11-20", "2026-11-21"));

  private final StatusOf statuses =
      new StatusOf(
          new Modes(Mode.KIAM),
          new RoleResolver(BASE),
          (product, version, target) -> {
            if (product.equals("curl")) {
              return SdkSupport.UNKNOWN;
            }
            boolean old = version.startsWith(target == Target.IRSA ? "0" : "1");
            return old || version.startsWith("0") ? "no" : "yes";
          });

  private static Calls calls(String mode, boolean fallback, String last, String... carries) {
    return calls(mode, mode.equals("retired") ? "refused" : "served", fallback, last, carries);
  }

  private static Calls calls(
      String mode, String outcome, boolean fallback, String last, String... carries) {
    return new Calls(
        BASE + "a",
        mode,
        "assume-role",
        fallback,
        "imds-v2",
        outcome,
        "Boto3",
        "1.2.3",
        List.of(carries),
        last,
        Map.of("2026-11-21", 70L, "2026-11-22", 30L, "2026-11-01", 1000L));
  }

  private static Calls called(String role, String sdk, String version, String last) {
    return new Calls(
        role,
        "kiam",
        "assume-role",
        /* fallback= */ false,
        "imds-v2",
        "served",
        sdk,
        version,
        List.of(),
        last,
        Map.of());
  }

  private static EvidenceStatus evidence(Calls... calls) {
    return new EvidenceStatus(
        List.of(new WorkloadEvidence("Deployment", "app", "app", List.of(calls))), List.of());
  }

  private static Rehearsed rehearsed(String account, Finding... finding) {
    Trial trial =
        new Trial(
            "shop",
            account,
            BASE + "a",
            Target.IRSA,
            "sts.amazonaws.com",
            List.of(new Workload("Deployment", account)),
            new Trial.How.Impossible(""));
    return new Rehearsed(
        trial, finding.length == 0 ? Optional.empty() : Optional.of(finding[0]), "w", "r", NOW);
  }

  private static Views views(String mode) {
    return new Views().label(Mode.LABEL, mode).account("app", BASE + "a").pod("p", "app", "a");
  }

  private MigrationStatus status(
      String mode, Optional<EvidenceStatus> evidence, Rehearsed... rehearsed) {
    return status(views(mode), evidence, rehearsed);
  }

  /** Of a namespace in which no pod lives just now. */
  private MigrationStatus empty(
      String mode, Optional<EvidenceStatus> evidence, Rehearsed... rehearsed) {
    return status(
        new Views().label(Mode.LABEL, mode).account("app", BASE + "a"), evidence, rehearsed);
  }

  private MigrationStatus status(
      Views views, Optional<EvidenceStatus> evidence, Rehearsed... rehearsed) {
    return statuses
        .of(inputs(views, evidence, List.of(rehearsed), /* failing= */ false, /* settled= */ true))
        .orElseThrow();
  }

  private static Inputs inputs(
      Views views,
      Optional<EvidenceStatus> evidence,
      List<Rehearsed> rehearsed,
      boolean failing,
      boolean settled) {
    return new Inputs(
        views.build(),
        Target.IRSA,
        evidence,
        Optional.of(NOW),
        HEARD,
        failing,
        LONG_AGO,
        rehearsed,
        settled,
        NOW);
  }

  @Test
  void eachModeHasItsNextStep() {
    Optional<EvidenceStatus> none = Optional.empty();
    Optional<EvidenceStatus> fresh =
        Optional.of(evidence(calls("irsa", false, "2026-11-22T11:59:59Z")));
    Optional<EvidenceStatus> weekly =
        Optional.of(evidence(calls("kiam", false, "2026-11-15T12:00:29Z")));
    Optional<EvidenceStatus> old =
        Optional.of(evidence(calls("irsa", false, "2026-11-14T12:00:29Z")));
    Optional<EvidenceStatus> inVain =
        Optional.of(evidence(calls("retired", false, "2026-11-19T12:00:29Z")));
    Rehearsed ready = rehearsed("app", Finding.READY);
    Rehearsed denied = rehearsed("b", Finding.TRUST_DENIES_SUBJECT);
    List<String> steps = new ArrayList<>();
    List.of(
            status("kiam", none),
            status("rehearse", none),
            status("rehearse", none, ready, denied),
            status("rehearse", none, ready, rehearsed("c")),
            status("rehearse", none, ready),
            status(
                "irsa", Optional.of(evidence(calls("irsa", true, "2026-11-22T11:00:00Z"))), ready),
            status("irsa", fresh, ready, denied),
            status("irsa", fresh, ready),
            status(
                "irsa",
                Optional.of(evidence(calls("irsa", false, "2026-11-22T11:00:00Z", "irsa"))),
                ready),
            empty("irsa", none, ready),
            empty("irsa", weekly, ready),
            empty("irsa", old, ready),
            status("irsa", none, ready),
            status("irsa", weekly, ready),
            status("rehearse", fresh),
            status("rehearse", weekly),
            status("rehearse", old),
            status("retired", fresh),
            status(
                "retired", Optional.of(evidence(calls("retired", false, "2026-11-22T11:00:00Z")))),
            status("retired", inVain),
            status("retired", weekly),
            status("retired", none))
        .forEach(one ->
            steps.add(
                "%s %s %s [%s] %s | %s"
                    .formatted(
                        one.mode(),
                        one.ready(),
                        one.done(),
                        one.next(),
                        one.nextStep(),
                        one.command())));

    String label = "kubectl label namespace shop iambridge.io/mode=%s --overwrite";
    String describe = "kubectl describe migration iambridge -n shop";
    String retire =
        "irsa 1/1 true [retire] Nobody has called for 24 hours, and nobody is known who may come"
            + " again: retire the namespace; set the label back to undo it | "
            + label.formatted("retired");
    String retireBare =
        "rehearse - true [retire] Nobody has a role here, and nobody calls: retire the namespace | "
            + label.formatted("retired");
    String unchanged =
        "irsa 1/1 true [restart pods] 1 workloads have pods with a role and without the environment"
            + " of irsa, which may call at any time, as Deployment/app: pods get it when they are"
            + " made anew; or stay in this mode | kubectl rollout restart"
            + " deployment,statefulset,daemonset -n shop";
    String look =
        "rehearse - false [look at callers] 1 workloads call and have no role that could be tried:"
            + " see what they want | "
            + describe;
    assertThat(steps)
        .containsExactly(
            "kiam - false [rehearse] Nothing is tried yet: rehearse irsa | "
                + label.formatted("rehearse"),
            retireBare,
            "rehearse 1/2 false [mend 1] 1 of 2 are not ready, the first for trust-denies-subject:"
                + " what to change is in the status | "
                + describe,
            "rehearse 1/2 false [wait] 1 of 2 could not be tried yet: no pod of theirs lives, or it"
                + " is about to be tried | "
                + describe,
            "rehearse 1/1 true [switch to irsa] All 1 are ready: switch the namespace; the label set"
                + " back to kiam undoes it | "
                + label.formatted("irsa"),
            "irsa 1/1 false [mend fallbacks] 1 workloads still get kiam's credentials, since irsa"
                + " gave none: why is in the status | "
                + describe,
            "irsa 1/2 false [mend 1] 1 of 2 are not ready, the first for trust-denies-subject: what"
                + " to change is in the status | "
                + describe,
            "irsa 1/1 true [restart pods] 1 workloads have no identity of their own yet: pods get it"
                + " when they are made anew; or stay in this mode | kubectl rollout restart"
                + " deployment,statefulset,daemonset -n shop",
            "irsa 1/1 true [look at SDKs] 1 workloads carry an identity of their own and call us all"
                + " the same: their SDK is too old, or falls back silently; they may stay in this"
                + " mode | "
                + describe,
            retire,
            "irsa 1/1 false [wait] 1 workloads called within 8 days and may come again, as"
                + " Deployment/app: wait until none has, or see to them | "
                + describe,
            retire,
            unchanged,
            unchanged,
            look,
            look,
            retireBare,
            "retired - true [none] Done: nobody has asked for 24 hours | ",
            "retired - false [look at callers] 1 workloads are refused and still ask: set the mode"
                + " back, or mend them | "
                + label.formatted("irsa"),
            "retired - true [none] Done: nobody has asked for 24 hours; within 8 days 1 workloads"
                + " asked in vain, as Deployment/app | ",
            "retired - true [none] Done: nobody has asked for 24 hours | ",
            "retired - true [none] Done: nobody has asked for 24 hours | ");
  }

  /** Word and sentence where nobody was seen to call. */
  private String unseen(
      String mode, Optional<EvidenceStatus> evidence, Optional<Instant> readAt, Instant since) {
    return unseen(mode, evidence, readAt, HEARD, since);
  }

  private String unseen(
      String mode,
      Optional<EvidenceStatus> evidence,
      Optional<Instant> readAt,
      Heard heard,
      Instant since) {
    MigrationStatus status =
        statuses
            .of(
                new Inputs(
                    views(mode).build(),
                    Target.IRSA,
                    evidence,
                    readAt,
                    heard,
                    /* failing= */ false,
                    since,
                    List.of(),
                    /* settled= */ true,
                    NOW))
            .orElseThrow();
    return "%s %s: %s".formatted(status.done(), status.next(), status.nextStep());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rehearse", "irsa", "retired"})
  void notToHaveSeenIsNotToKnow(String mode) {
    Optional<EvidenceStatus> none = Optional.empty();
    Optional<EvidenceStatus> old =
        Optional.of(evidence(calls("irsa", false, "2026-11-14T12:00:29Z")));

    assertThat(unseen(mode, none, Optional.of(NOW), LONG_AGO.plusSeconds(1)))
        .as("a server that has just started, and nobody before it saw anything")
        .isEqualTo(
            "false wait: Calls are not known yet: the namespace has been watched for less than 24"
                + " hours");
    assertThat(unseen(mode, old, Optional.of(NOW), NOW))
        .as("evidence tells that others have watched for long")
        .startsWith("true ");
    assertThat(unseen(mode, none, Optional.empty(), LONG_AGO))
        .isEqualTo("false wait: Calls are not known yet: evidence cannot be read");
    assertThat(unseen(mode, old, Optional.of(NOW.minusSeconds(300)), LONG_AGO))
        .as("what was read last is of yesterday")
        .isEqualTo("false wait: Calls are not known yet: evidence cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rehearse", "irsa", "retired"})
  void evidenceOfBeforeSaysNothingWhenNobodyWatchedSince(String mode) {
    Optional<EvidenceStatus> old =
        Optional.of(evidence(calls("irsa", false, "2026-11-14T12:00:29Z")));
    String unknown =
        "false wait: Calls are not known yet: the namespace has been watched for less than 24"
            + " hours";
    String lately = NOW.minusSeconds(30).toString();

    assertThat(unseen(mode, old, Optional.of(NOW), Heard.NOTHING, NOW)).isEqualTo(unknown);
    assertThat(
            unseen(
                mode,
                old,
                Optional.of(NOW),
                new Heard("2026-11-20T12:00:30Z", Set.of("2026-11-19", "2026-11-20")),
                NOW))
        .as("all servers were away for two days")
        .isEqualTo(unknown);
    assertThat(
            unseen(
                mode,
                old,
                Optional.of(NOW),
                new Heard(lately, Set.of("2026-11-19", "2026-11-20", "2026-11-22")),
                NOW.minusSeconds(60)))
        .as("they were, and agents report again")
        .isEqualTo(unknown);
    assertThat(unseen(mode, old, Optional.of(NOW), Heard.NOTHING, LONG_AGO))
        .as("this one has run for a day")
        .startsWith("true ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rehearse", "irsa", "retired"})
  void whatWasLostOrIsNotWrittenIsNotKnown(String mode) {
    assertThat(lost(mode, "2026-11-21T12:00:31Z"))
        .isEqualTo("false wait: Calls are not known yet: some evidence was lost within 24 hours");
    assertThat(lost(mode, "2026-11-21T12:00:30Z")).startsWith("true ");
    MigrationStatus failing =
        statuses
            .of(
                inputs(
                    views(mode),
                    Optional.empty(),
                    List.of(),
                    /* failing= */ true,
                    /* settled= */ true))
            .orElseThrow();
    assertThat(failing.next() + " " + failing.nextStep())
        .isEqualTo("wait Calls are not known yet: evidence cannot be written");
  }

  private String lost(String mode, String at) {
    return unseen(
        mode,
        Optional.of(new EvidenceStatus(List.of(), List.of(), at)),
        Optional.of(NOW),
        LONG_AGO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rehearse", "irsa"})
  void beforeAnythingIsTriedItWaits(String mode) {
    Views views = new Views().label(Mode.LABEL, mode).account("app", BASE + "a");
    MigrationStatus status =
        statuses
            .of(
                inputs(
                    views, Optional.empty(), List.of(), /* failing= */ false, /* settled= */ false))
            .orElseThrow();
    assertThat(status.next()).isEqualTo("wait");
    assertThat(status.done()).isFalse();
    assertThat(empty(mode, Optional.empty()).next()).isEqualTo("retire");
  }

  @Test
  void whatIsTooMuchToBeTriedIsSaid() {
    Trial some = rehearsed("b").trial();
    Trial leftOut =
        new Trial(
            some.namespace(),
            some.serviceAccount(),
            some.role(),
            some.target(),
            some.audience(),
            some.workloads(),
            new Trial.How.LeftOut("too many"));
    MigrationStatus status =
        status(
            "rehearse",
            Optional.empty(),
            rehearsed("app", Finding.READY),
            new Rehearsed(leftOut, Optional.empty(), "too many", "", NOW));
    assertThat(status.next()).isEqualTo("look at rest");
    assertThat(status.nextStep()).startsWith("1 of 2 are never tried: ");
  }

  /** Its pods of before, which called without, are gone. */
  @Test
  void whoeverGotAnIdentityOfItsOwnIsDoneAfterADay() {
    assertThat(nextOfCarrying("2026-11-21T12:01:30Z"))
        .isEqualTo(
            "wait: 1 workloads called within 24 hours, but have an identity of their own by now:"
                + " see whether they call again");
    assertThat(nextOfCarrying("2026-11-21T11:59:59Z")).startsWith("retire: ");
    assertThat(nextOfCarrying("2026-11-21T11:59:59Z", "irsa"))
        .as("a silent fallback comes again")
        .startsWith("wait: 1 workloads called within 8 days");
  }

  private String nextOfCarrying(String last, String... carriedThen) {
    MigrationStatus status =
        statuses
            .of(
                new Inputs(
                    new Views()
                        .label(Mode.LABEL, "irsa")
                        .account("app", BASE + "a")
                        .pod(
                            "own",
                            "app",
                            "a",
                            new Workload("Deployment", "app"),
                            /* ended= */ false,
                            Map.of(),
                            CarriedIdentity.IRSA)
                        .build(),
                    Target.IRSA,
                    Optional.of(evidence(calls("irsa", false, last, carriedThen))),
                    Optional.of(NOW),
                    HEARD,
                    /* failing= */ false,
                    LONG_AGO,
                    List.of(),
                    /* settled= */ true,
                    NOW))
            .orElseThrow();
    return status.next() + ": " + status.nextStep();
  }

  /** It runs once a week and has no pod in between. */
  @Test
  void whoeverEvidenceKnowsOfIsInUse() {
    WorkloadEvidence weekly =
        new WorkloadEvidence(
            "CronJob",
            "weekly",
            "app",
            List.of(
                called(BASE + "before", "Boto3", "1", "2026-11-15T11:00:00Z"),
                called(BASE + "a", "Boto3", "1", "2026-11-15T12:00:00Z")));
    WorkloadEvidence gone =
        new WorkloadEvidence(
            "CronJob", "gone", "app", List.of(calls("kiam", false, "2026-11-14T12:00:00Z")));
    assertThat(StatusOf.seen(List.of(weekly, gone), NOW))
        .containsExactly(new Seen(new Workload("CronJob", "weekly"), "app", BASE + "a"));
  }

  @Test
  void aWorkloadsLineIsWhatItDidLast() {
    WorkloadLine line =
        status("irsa", Optional.of(evidence(calls("irsa", false, "2026-11-22T11:59:59Z"))))
            .lines()
            .getFirst();

    assertThat(line)
        .isEqualTo(
            new WorkloadLine(
                "Deployment/app",
                "app",
                1,
                "",
                BASE + "a",
                "2026-11-22T11:59:00Z",
                70,
                "assume-role",
                "imds-v2",
                "Boto3 1.2.3",
                "yes",
                "no",
                List.of(),
                /* silentFallback= */ false));
  }

  @Test
  void theOldestSdkOfADayDecides() {
    Calls old = called(BASE + "a", "Boto3", "0.9", "2026-11-22T10:00:00Z");
    Calls recent = called(BASE + "a", "aws-sdk-go", "1.9", "2026-11-22T11:00:00Z");
    Calls latest = called(BASE + "a", "aws-sdk-go", "2.1", "2026-11-22T11:59:00Z");
    Calls curl = called(BASE + "a", "curl", "8", "2026-11-22T11:58:00Z");
    Calls yesterday = called(BASE + "a", "Boto3", "0.8", "2026-11-21T11:00:00Z");

    assertThat(sdks(latest, yesterday)).isEqualTo("aws-sdk-go 2.1: yes, yes");
    assertThat(sdks(latest, recent)).isEqualTo("aws-sdk-go 1.9, aws-sdk-go 2.1: yes, no");
    assertThat(sdks(latest, curl)).isEqualTo("aws-sdk-go 2.1, curl 8: unknown, unknown");
    assertThat(sdks(latest, curl, old)).isEqualTo("Boto3 0.9, aws-sdk-go 2.1, curl 8: no, no");
    assertThat(sdks(yesterday)).as("nobody called since").isEqualTo("Boto3 0.8: no, no");
    assertThat(sdks(new Calls[0])).isEqualTo(": unknown, unknown");
  }

  @Test
  void manySdksAreNotAllShown() {
    Calls[] many = new Calls[6];
    for (int i = 0; i < many.length; i++) {
      many[i] = called(BASE + "a", "Boto3", (5 - i) + ".0", "2026-11-22T11:0" + i + ":00Z");
    }
    assertThat(sdks(many))
        .isEqualTo("Boto3 0.0, Boto3 1.0, Boto3 2.0, Boto3 3.0 and 2 more: no, no");
  }

  private String sdks(Calls... calls) {
    WorkloadLine line = status("irsa", Optional.of(evidence(calls))).lines().getFirst();
    return "%s: %s, %s".formatted(line.sdk(), line.canUseIrsa(), line.canUsePodIdentity());
  }

  @Test
  void aFallbackHasItsReasonFromTheRehearsal() {
    MigrationStatus status =
        status(
            "irsa",
            Optional.of(evidence(calls("irsa", true, "2026-11-22T11:59:59Z"))),
            rehearsed("app", Finding.NO_OIDC_PROVIDER));

    assertThat(status.fallingBack())
        .containsExactly(
            new FallbackLine(
                "Deployment/app", BASE + "a", "no-oidc-provider", "2026-11-22T11:59:00Z"));
    assertThat(status.callers()).isEqualTo(1);
  }

  @Test
  void aFallbackThatWasServedSinceIsMended() {
    assertThat(
            status(
                    "irsa",
                    Optional.of(
                        evidence(
                            calls("irsa", true, "2026-11-22T11:00:00Z"),
                            calls("irsa", false, "2026-11-22T11:50:00Z"))))
                .fallbacks())
        .isZero();
  }

  @Test
  void carriedIdentityThatCallsAllTheSameIsASilentFallback() {
    MigrationStatus status =
        statuses
            .of(
                new Inputs(
                    new Views()
                        .account("app", BASE + "a")
                        .pod(
                            "p",
                            "app",
                            "a",
                            new Workload("Deployment", "app"),
                            /* ended= */ false,
                            Map.of(),
                            CarriedIdentity.IRSA)
                        .build(),
                    Target.IRSA,
                    Optional.of(evidence(calls("kiam", false, "2026-11-22T11:00:00Z", "irsa"))),
                    Optional.of(NOW),
                    HEARD,
                    /* failing= */ false,
                    LONG_AGO,
                    List.of(),
                    /* settled= */ true,
                    NOW))
            .orElseThrow();

    assertThat(status.lines().getFirst().silentFallback()).isTrue();
    assertThat(status.lines().getFirst().carries()).containsExactly("irsa");
  }

  @Test
  void namespaceWithoutCallersRolesAndLabelHasNone() {
    assertThat(
            statuses.of(
                new Inputs(
                    new Views().account("app", Map.of()).pod("p", "app", "").build(),
                    Target.IRSA,
                    Optional.empty(),
                    Optional.of(NOW),
                    HEARD,
                    /* failing= */ false,
                    LONG_AGO,
                    List.of(),
                    /* settled= */ true,
                    NOW)))
        .isEmpty();
  }

  @Test
  void onlyWhatWasRefusedIsAnAttemptOnWhatIsRetired() {
    String last = "2026-11-22T11:00:00Z";
    MigrationStatus refused =
        status("retired", Optional.of(evidence(calls("retired", "refused", false, last))));
    assertThat(refused.retiredAttempts()).isEqualTo(100);
    assertThat(refused.done()).isFalse();
    MigrationStatus unavailable =
        status("retired", Optional.of(evidence(calls("retired", "unavailable", false, last))));
    assertThat(unavailable.retiredAttempts()).isZero();
    assertThat(unavailable.done()).isTrue();
  }

  @Test
  void aStatusFitsIntoAnObjectHoweverLongItsTextsAre() {
    String role = "arn:aws:iam::123456789012:role/" + "p".repeat(510) + "/" + "r".repeat(64);
    List<Rehearsed> many = new ArrayList<>();
    List<WorkloadEvidence> workloads = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String name = i + "n".repeat(249);
      Workload workload = new Workload("K".repeat(63), name);
      Trial trial =
          new Trial(
              "shop",
              name,
              role,
              Target.IRSA,
              "sts.amazonaws.com",
              Collections.nCopies(30, workload),
              new Trial.How.Impossible(""));
      many.add(
          new Rehearsed(
              trial,
              Optional.of(Finding.TRUST_DENIES_SUBJECT),
              "\u00e4".repeat(2_000),
              "r\n".repeat(5_000),
              NOW));
      Calls calls =
          new Calls(
              role,
              "irsa",
              "assume-role",
              /* fallback= */ true,
              "imds-v2",
              "served",
              "s".repeat(32),
              "v".repeat(32),
              List.of("irsa"),
              NOW.minusSeconds(60L * i).toString(),
              Map.of());
      workloads.add(new WorkloadEvidence("K".repeat(63), name, name, List.of(calls)));
    }
    EvidenceStatus evidence = new EvidenceStatus(workloads, List.of());
    MigrationStatus status = status("irsa", Optional.of(evidence), many.toArray(Rehearsed[]::new));

    assertThat(JsonSize.of(status)).isLessThan(JsonSize.MOST);
    assertThat(status.rehearsals()).isNotEmpty();
    assertThat(status.fallingBack()).isNotEmpty();
    // Those that called last.
    assertThat(status.lines())
        .hasSizeGreaterThan(100)
        .allMatch(line -> line.lastCall().compareTo("2026-11-22T08:00") > 0);
    assertThat(status.leftOut())
        .isEqualTo(
            1_000
                + 1_001
                + 1_000
                - status.rehearsals().size()
                - status.lines().size()
                - status.fallingBack().size());
  }

  @Test
  void aNamespaceOfThousandsFitsIntoAnObject() {
    List<Rehearsed> many = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      many.add(rehearsed("app" + i, Finding.READY));
    }
    MigrationStatus status = status("rehearse", Optional.empty(), many.toArray(Rehearsed[]::new));

    assertThat(status.rehearsals()).hasSize(MigrationStatus.MAX_LINES);
    assertThat(status.leftOut()).isEqualTo(800);
    assertThat(status.ready()).isEqualTo("1000/1000");
  }
}
