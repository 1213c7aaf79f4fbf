package io.iambridge.server.rehearsal;

import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import io.iambridge.server.targets.TargetIssuer;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Makes a trial: really asks for the credentials, throws them away, and says what it means.
 *
 * @param issuer without any cache, so that what is served is not touched
 * @param policies to tell apart what STS does not
 */
public record Attempts(
    TargetIssuer issuer, TrustPolicies policies, Remedies remedies, InstantSource clock) {
  /** Of what a service said, at most. */
  private static final int MAX_WORDS = 500;

  /** Tries; blocks as long as the issuer does. */
  public Rehearsed make(Trial trial) {
    return switch (trial.how()) {
      case How.Known(Finding finding, String words) -> result(trial, finding, words);
      case How.Impossible(String words) -> untried(trial, words);
      case How.LeftOut(String words) -> untried(trial, words);
      case How.Attempt(Session session) -> attempt(trial, session);
    };
  }

  private Rehearsed untried(Trial trial, String words) {
    return new Rehearsed(trial, Optional.empty(), words, /* remedy= */ "", clock.instant());
  }

  private Rehearsed attempt(Trial trial, Session session) {
    try {
      var _ = issuer.issue(session);
      return result(trial, Finding.READY, "");
    } catch (TargetException e) {
      String words = String.valueOf(e.getMessage());
      boolean denied =
          e.finding() == Finding.TRUST_DENIES_SUBJECT || e.finding() == Finding.WRONG_AUDIENCE;
      return denied && trial.target() == Target.IRSA && remedies.place().issuer().isPresent()
          ? looked(trial, e.finding(), words)
          : result(trial, e.finding(), words);
    }
  }

  private Rehearsed looked(Trial trial, Finding finding, String words) {
    Optional<RoleArn> role = Remedies.firstRole(trial);
    if (role.isEmpty()) {
      return result(trial, finding, words);
    }
    return switch (policies.of(role.get())) {
      case TrustPolicies.Look.Hidden _ -> result(trial, finding, words);
      case TrustPolicies.Look.NoRole() ->
          result(trial, Finding.TRUST_DENIES_SUBJECT, words, remedies.ofNoRole(trial));
      case TrustPolicies.Look.Seen(String policy) -> {
        TrustReading reading =
            TrustReading.of(
                policy, remedies.place().issuer().orElseThrow(), trial.subject(), trial.audience());
        yield switch (reading) {
          case OPEN -> result(trial, finding, words);
          case OTHER_AUDIENCE ->
              result(trial, Finding.WRONG_AUDIENCE, words, remedies.of(reading, trial));
          case NO_STATEMENT, OTHER_SUBJECT ->
              result(trial, Finding.TRUST_DENIES_SUBJECT, words, remedies.of(reading, trial));
        };
      }
    };
  }

  private Rehearsed result(Trial trial, Finding finding, String words) {
    return result(trial, finding, words, remedies.of(finding, trial));
  }

  private Rehearsed result(Trial trial, Finding finding, String words, String remedy) {
    String line = words.replaceAll("\\s+", " ");
    return new Rehearsed(
        trial,
        Optional.of(finding),
        line.length() > MAX_WORDS ? line.substring(0, MAX_WORDS) + "…" : line,
        remedy,
        clock.instant());
  }
}
