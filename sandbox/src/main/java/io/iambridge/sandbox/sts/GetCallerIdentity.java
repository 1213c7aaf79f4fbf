package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Principal;
import java.util.Set;
import java.util.function.Consumer;

/** Who am I: needs no permission at all, only a good signature. */
final class GetCallerIdentity implements Operation {

  @Override
  public Consumer<Xml> call(Principal caller, Parameters parameters) throws StsException {
    parameters.onlyKnown(Set.of());
    return result ->
        result
            .element("Arn", caller.arn().toString())
            .element("UserId", caller.userId())
            .element("Account", caller.account());
  }
}
