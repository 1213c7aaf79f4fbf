package io.iambridge.sandbox.iam;

/** One entry of a statement's Principal block, and how it names a caller. */
sealed interface TrustedPrincipal {

  /** How a statement names a caller; the order is how much it says. */
  enum Naming {
    NOT,
    /** The caller's account is named: the account decides which of its principals may. */
    BY_ACCOUNT,
    /** The caller itself is named. */
    DIRECTLY
  }

  Naming names(Principal caller);

  /** {@code "*"}. */
  record Anyone() implements TrustedPrincipal {
    @Override
    public Naming names(Principal caller) {
      return Naming.DIRECTLY;
    }
  }

  /** {@code "123456789012"} or {@code "arn:aws:iam::123456789012:root"}. */
  record Account(String id) implements TrustedPrincipal {
    @Override
    public Naming names(Principal caller) {
      return caller.account().equals(id) ? Naming.BY_ACCOUNT : Naming.NOT;
    }
  }

  /** A user, a role (for all its sessions) or one session of a role. */
  record One(Arn arn) implements TrustedPrincipal {
    @Override
    public Naming names(Principal caller) {
      return arn.equals(caller.identity()) || arn.equals(caller.arn())
          ? Naming.DIRECTLY
          : Naming.NOT;
    }
  }

  /** A service or a federated identity: never somebody who signs with an access key. */
  record NotAws(String type, String value) implements TrustedPrincipal {
    @Override
    public Naming names(Principal caller) {
      return Naming.NOT;
    }
  }

  /** Reads an entry of {@code "AWS": …}. */
  static TrustedPrincipal aws(String text) {
    if (text.equals("*")) {
      return new Anyone();
    }
    if (text.matches("[0-9]{12}")) {
      return new Account(text);
    }
    Arn arn =
        Arn.tryParse(text)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\""
                        + text
                        + "\""));
    boolean root = arn.service().equals("iam") && arn.resource().equals("root");
    return root ? new Account(arn.account()) : new One(arn);
  }
}
