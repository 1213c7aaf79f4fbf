package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.util.Set;
import java.util.function.Consumer;

/** Who am I: needs no permission at all, only a good signature. */
final class GetCallerIdentity implements Operation {

  @Override
  public Consumer<Xml> call(Caller asking, Parameters parameters) throws QueryException {
    Principal caller = asking.identify();
    parameters.onlyKnown(Set.of());
    return result ->
        result
            .element("Arn", caller.arn().toString())
            .element("UserId", caller.userId())
            .element("Account", caller.account());
  }
}
