package io.iambridge.sandbox.iam;

/** Who signed a request. */
public sealed interface Principal {

  /** The ARN that GetCallerIdentity answers. */
  Arn arn();

  /** The unique id that GetCallerIdentity answers. */
  String userId();

  /** The ARN that permissions are attached to: the user's, or the role's of a session. */
  Arn identity();

  /** The account the principal belongs to. */
  default String account() {
    return arn().account();
  }

  /**
   * An IAM user.
   *
   * @param userId unique id, {@code AIDA…}
   */
  record User(Arn arn, String userId) implements Principal {
    /** Checks that the ARN is a user's. */
    public User {
      if (!arn.isIam("user")) {
        throw new IllegalArgumentException("not the ARN of a user: " + arn);
      }
    }

    @Override
    public Arn identity() {
      return arn;
    }
  }

  /** A session of a role. */
  record AssumedRole(Role role, String sessionName) implements Principal {
    @Override
    public Arn arn() {
      Arn of = role.arn();
      // AWS leaves the role's path out here.
      String resource = "assumed-role/" + of.name() + "/" + sessionName;
      return new Arn(of.partition(), "sts", "", of.account(), resource);
    }

    @Override
    public String userId() {
      return role.roleId() + ":" + sessionName;
    }

    @Override
    public Arn identity() {
      return role.arn();
    }
  }
}
