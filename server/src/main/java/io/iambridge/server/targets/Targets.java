package io.iambridge.server.targets;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;

/** Mints the pod's token and exchanges it at the service that the session's mechanism names. */
public final class Targets implements TargetIssuer {
  /** Whom EKS Auth wants tokens to be for. */
  public static final String POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com";

  private final PodTokens tokens;
  private final TokenExchange webIdentity;
  private final TokenExchange podIdentity;

  /**
   * @param webIdentity STS
   * @param podIdentity EKS Auth
   */
  public Targets(PodTokens tokens, TokenExchange webIdentity, TokenExchange podIdentity) {
    this.tokens = tokens;
    this.webIdentity = webIdentity;
    this.podIdentity = podIdentity;
  }

  @Override
  public Credentials issue(Session session) throws TargetException {
    return switch (session.mechanism()) {
      case Mechanism.WebIdentity web ->
          webIdentity.exchange(session, tokens.mint(web.pod(), web.audience()));
      case Mechanism.PodIdentity eks ->
          podIdentity.exchange(session, tokens.mint(eks.pod(), POD_IDENTITY_AUDIENCE));
      case Mechanism.AssumeRole _ ->
          throw new IllegalArgumentException("the server assumes this role itself: " + session);
    };
  }
}
