package io.iambridge.server.migration;

import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Target;
import java.util.Optional;

/**
 * What to do next. Pure.
 *
 * @param word for a column
 * @param sentence for a person
 * @param command to copy; empty when nothing is to be done
 * @param done whether nothing stands in the way of it
 */
record NextStep(String word, String sentence, String command, boolean done) {
  /**
   * What it depends on.
   *
   * @param pairs of service account and role
   * @param ready of these
   * @param waiting those that could not be tried, or have not been yet
   * @param firstFinding of those that are not ready; empty for none
   * @param callers workloads that called within 24 hours
   * @param fallbacks of these
   * @param silent those that carry an identity and call all the same
   * @param bare those that do not carry one
   * @param tooOld those whose SDK cannot use the target by itself
   * @param returning those that called not within 24 hours but within the days that are kept, and
   *     may come again
   * @param firstReturning of these; empty for none
   * @param unchanged those with pods that have a role, and not the environment of the target
   * @param firstUnchanged of these; empty for none
   * @param leftOut those of the waiting that are more than are tried
   * @param unknown why it is not known whether anybody calls; empty when it is
   */
  record Facts(
      String namespace,
      Mode mode,
      Target target,
      int pairs,
      int ready,
      int waiting,
      String firstFinding,
      int callers,
      int fallbacks,
      int silent,
      int bare,
      int tooOld,
      int returning,
      String firstReturning,
      int unchanged,
      String firstUnchanged,
      int leftOut,
      Optional<String> unknown) {}

  static NextStep of(Facts facts) {
    return switch (facts.mode()) {
      case KIAM ->
          new NextStep(
              "rehearse",
              "Nothing is tried yet: rehearse " + facts.target().label(),
              label(facts, Mode.REHEARSE),
              /* done= */ false);
      case REHEARSE -> ofRehearse(facts);
      case IRSA, POD_IDENTITY -> ofTarget(facts);
      case RETIRED -> ofRetired(facts);
    };
  }

  private static NextStep ofRehearse(Facts facts) {
    if (facts.pairs() == 0) {
      return facts.waiting() > 0 ? notTried(facts) : ofNoPair(facts);
    }
    int broken = facts.pairs() - facts.ready() - facts.waiting();
    if (broken > 0) {
      return mend(facts, broken);
    }
    if (facts.leftOut() > 0) {
      return new NextStep(
          "look at rest",
          "%d of %d are never tried: so many are too many for one namespace; see to these yourself, or split it"
              .formatted(facts.leftOut(), facts.pairs()),
          describe(facts),
          /* done= */ false);
    }
    if (facts.waiting() > 0) {
      return new NextStep(
          "wait",
          "%d of %d could not be tried yet: no pod of theirs lives, or it is about to be tried"
              .formatted(facts.waiting(), facts.pairs()),
          describe(facts),
          /* done= */ false);
    }
    return new NextStep(
        "switch to " + facts.target().label(),
        "All %d are ready: switch the namespace; the label set back to kiam undoes it"
            .formatted(facts.pairs()),
        label(facts, facts.target().mode()),
        /* done= */ true);
  }

  /** Not even what there is to be tried is known. */
  private static NextStep notTried(Facts facts) {
    return new NextStep(
        "wait",
        "What there is to be tried is about to be looked for",
        describe(facts),
        /* done= */ false);
  }

  private static NextStep ofNoPair(Facts facts) {
    int calling = facts.callers() + facts.returning();
    if (calling > 0) {
      return new NextStep(
          "look at callers",
          "%d workloads call and have no role that could be tried: see what they want"
              .formatted(calling),
          describe(facts),
          /* done= */ false);
    }
    if (facts.unknown().isPresent()) {
      return notKnown(facts, facts.unknown().get());
    }
    return new NextStep(
        "retire",
        "Nobody has a role here, and nobody calls: retire the namespace",
        label(facts, Mode.RETIRED),
        /* done= */ true);
  }

  private static NextStep mend(Facts facts, int broken) {
    return new NextStep(
        "mend " + broken,
        "%d of %d are not ready, the first for %s: what to change is in the status"
            .formatted(broken, facts.pairs(), facts.firstFinding()),
        describe(facts),
        /* done= */ false);
  }

  private static NextStep ofTarget(Facts facts) {
    if (facts.fallbacks() > 0) {
      return new NextStep(
          "mend fallbacks",
          "%d workloads still get kiam's credentials, since %s gave none: why is in the status"
              .formatted(facts.fallbacks(), facts.target().label()),
          describe(facts),
          /* done= */ false);
    }
    int broken = facts.pairs() - facts.ready() - facts.waiting();
    if (broken > 0) {
      return mend(facts, broken);
    }
    if (facts.pairs() == 0 && facts.waiting() > 0) {
      return notTried(facts);
    }
    if (facts.callers() == 0) {
      return ofNoCaller(facts);
    }
    if (facts.silent() > 0) {
      return new NextStep(
          "look at SDKs",
          ("%d workloads carry an identity of their own and call us all the same: their SDK is too"
                  + " old, or falls back silently; they may stay in this mode")
              .formatted(facts.silent()),
          describe(facts),
          /* done= */ true);
    }
    if (facts.tooOld() > 0 && facts.tooOld() >= facts.bare()) {
      return new NextStep(
          "stay",
          "%d workloads have SDKs that are too old to do without us: stay in this mode until they are newer"
              .formatted(facts.tooOld()),
          describe(facts),
          /* done= */ true);
    }
    if (facts.bare() == 0) {
      return new NextStep(
          "wait",
          "%d workloads called within 24 hours, but have an identity of their own by now: see whether they call again"
              .formatted(facts.callers()),
          describe(facts),
          /* done= */ false);
    }
    return new NextStep(
        "restart pods",
        "%d workloads have no identity of their own yet: pods get it when they are made anew; or stay in this mode"
            .formatted(facts.bare()),
        restart(facts),
        /* done= */ true);
  }

  /** Nobody called within 24 hours, which may be for want of looking, or of time. */
  private static NextStep ofNoCaller(Facts facts) {
    if (facts.unknown().isPresent()) {
      return notKnown(facts, facts.unknown().get());
    }
    if (facts.unchanged() > 0) {
      return new NextStep(
          "restart pods",
          "%d workloads have pods with a role and without the environment of %s, which may call at any time, as %s: pods get it when they are made anew; or stay in this mode"
              .formatted(facts.unchanged(), facts.target().label(), facts.firstUnchanged()),
          restart(facts),
          /* done= */ true);
    }
    if (facts.returning() > 0) {
      return new NextStep(
          "wait",
          "%d workloads called within %d days and may come again, as %s: wait until none has, or see to them"
              .formatted(facts.returning(), EvidenceStatus.DAYS, facts.firstReturning()),
          describe(facts),
          /* done= */ false);
    }
    return new NextStep(
        "retire",
        "Nobody has called for 24 hours, and nobody is known who may come again: retire the namespace; set the label back to undo it",
        label(facts, Mode.RETIRED),
        /* done= */ true);
  }

  /** To have seen nobody is not to know that there is nobody. */
  private static NextStep notKnown(Facts facts, String why) {
    return new NextStep(
        "wait",
        "Calls are not known yet: " + why,
        "kubectl get evidence iambridge -n " + facts.namespace() + " -o yaml",
        /* done= */ false);
  }

  private static NextStep ofRetired(Facts facts) {
    if (facts.callers() > 0) {
      return new NextStep(
          "look at callers",
          "%d workloads are refused and still ask: set the mode back, or mend them"
              .formatted(facts.callers()),
          label(facts, facts.target().mode()),
          /* done= */ false);
    }
    if (facts.unknown().isPresent()) {
      return notKnown(facts, facts.unknown().get());
    }
    String rest =
        facts.returning() == 0
            ? ""
            : "; within %d days %d workloads asked in vain, as %s"
                .formatted(EvidenceStatus.DAYS, facts.returning(), facts.firstReturning());
    return new NextStep(
        "none", "Done: nobody has asked for 24 hours" + rest, /* command= */ "", /* done= */ true);
  }

  private static String label(Facts facts, Mode mode) {
    return "kubectl label namespace %s %s=%s --overwrite"
        .formatted(facts.namespace(), Mode.LABEL, mode.label());
  }

  private static String restart(Facts facts) {
    return "kubectl rollout restart deployment,statefulset,daemonset -n " + facts.namespace();
  }

  private static String describe(Facts facts) {
    return "kubectl describe migration iambridge -n " + facts.namespace();
  }
}
