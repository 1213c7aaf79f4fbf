package io.iambridge.server.testing;

import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.roles.RoleArn;
import java.util.Map;
import java.util.Optional;

/** Sessions by the mechanisms that namespaces move to. */
public final class TargetFixtures {
  /** The role of all of them. */
  public static final RoleArn ROLE = RoleArn.parse("arn:aws:iam::123456789012:role/team/app");

  /** The pod of all of them. */
  public static final PodAccount POD = new PodAccount("apps", "app-1", "uid-1", "app");

  /** What pods of mode kiam have. */
  public static final Session KIAM = Session.of(ROLE, "kiam-kiam");

  /** Looks like a token of a service account, and is none. */
  public static final String TOKEN =
      "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJlLW9mLW5vYm9keQ";

  private TargetFixtures() {}

  /** By web identity. */
  public static Session webIdentity(Optional<RoleArn> via, Optional<Session> fallback) {
    return session(new Mechanism.WebIdentity(POD, "sts.amazonaws.com", via, fallback));
  }

  /** By pod identity. */
  public static Session podIdentity(Optional<Session> fallback) {
    return session(new Mechanism.PodIdentity(POD, fallback));
  }

  private static Session session(Mechanism mechanism) {
    return new Session(ROLE, "apps-app-1", Optional.empty(), Map.of(), mechanism);
  }
}
