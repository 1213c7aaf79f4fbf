package io.iambridge.server.credentials;

import io.iambridge.server.roles.RoleArn;
import java.util.Locale;
import java.util.Optional;

/** How a session's credentials are obtained. */
public sealed interface Mechanism {
  /** Which one it is. */
  Kind kind();

  /**
   * The session to take when this mechanism gives nothing; empty when there is none, or is not to
   * be.
   */
  default Optional<Session> fallback() {
    return Optional.empty();
  }

  /** The pod whose token it takes; empty when it takes none. */
  default Optional<PodAccount> podAccount() {
    return switch (this) {
      case AssumeRole() -> Optional.empty();
      case WebIdentity web -> Optional.of(web.pod());
      case PodIdentity eks -> Optional.of(eks.pod());
    };
  }

  /** The server assumes the role with its own credentials: kiam's way. */
  record AssumeRole() implements Mechanism {
    @Override
    public Kind kind() {
      return Kind.ASSUME_ROLE;
    }
  }

  /**
   * AssumeRoleWithWebIdentity with a token of the pod, as IRSA.
   *
   * @param audience the token's
   * @param via the role that the token is for, when the session's own role is assumed with that
   *     one's credentials
   */
  record WebIdentity(
      PodAccount pod, String audience, Optional<RoleArn> via, Optional<Session> fallback)
      implements Mechanism {
    @Override
    public Kind kind() {
      return Kind.WEB_IDENTITY;
    }
  }

  /** EKS Auth's AssumeRoleForPodIdentity with a token of the pod. */
  record PodIdentity(PodAccount pod, Optional<Session> fallback) implements Mechanism {
    @Override
    public Kind kind() {
      return Kind.POD_IDENTITY;
    }
  }

  /** The mechanisms' names, for logs, metrics and evidence. */
  enum Kind {
    ASSUME_ROLE,
    WEB_IDENTITY,
    POD_IDENTITY;

    /** As it is written for people and programs: {@code web-identity}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
