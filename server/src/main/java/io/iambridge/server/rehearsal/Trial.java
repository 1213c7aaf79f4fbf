package io.iambridge.server.rehearsal;

import io.iambridge.server.cluster.Workload;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Target;
import io.iambridge.server.targets.Finding;
import java.util.List;

/**
 * A service account and a role that pods of a namespace have by it, and how to find out whether
 * they would have it by the target mechanism.
 *
 * @param role the ARN that the pods have now, or, of pods without one, are to have
 * @param audience of the tokens that the attempt needs
 * @param workloads of those pods, in order
 */
public record Trial(
    String namespace,
    String serviceAccount,
    String role,
    Target target,
    String audience,
    List<Workload> workloads,
    How how) {
  public Trial {
    workloads = List.copyOf(workloads);
  }

  /** The same, not to be made. */
  Trial leftOut(String words) {
    return new Trial(
        namespace, serviceAccount, role, target, audience, workloads, new How.LeftOut(words));
  }

  /** What service account and role are known by. */
  public Pair pair() {
    return new Pair(serviceAccount, role);
  }

  /** What the token's {@code sub} claim is. */
  public String subject() {
    return "system:serviceaccount:" + namespace + ":" + serviceAccount;
  }

  /** A service account and a role. */
  public record Pair(String serviceAccount, String role) {}

  /** How it is found out. */
  public sealed interface How {
    /** By trying to get credentials of this session. */
    record Attempt(Session session) implements How {}

    /** It is known without asking anybody. */
    record Known(Finding finding, String words) implements How {}

    /** It cannot be, now. */
    record Impossible(String words) implements How {}

    /** It is not, since the namespace has too many; what it was found to be before may be old. */
    record LeftOut(String words) implements How {}
  }

  /**
   * Whether the same outcome is to be expected of the other one: everything is equal but which pod
   * lends its name.
   */
  boolean isAlike(Trial other) {
    return namespace.equals(other.namespace)
        && pair().equals(other.pair())
        && target == other.target
        && audience.equals(other.audience)
        && essence(how).equals(essence(other.how));
  }

  private static Object essence(How how) {
    return switch (how) {
      case How.Attempt(Session session) ->
          List.of(
              session.role(),
              switch (session.mechanism()) {
                case io.iambridge.server.credentials.Mechanism.WebIdentity web -> web.via();
                case io.iambridge.server.credentials.Mechanism.PodIdentity _ -> "pod-identity";
                case io.iambridge.server.credentials.Mechanism.AssumeRole() -> "assume-role";
              });
      case How.Known known -> known;
      case How.Impossible impossible -> impossible;
      case How.LeftOut leftOut -> leftOut;
    };
  }
}
