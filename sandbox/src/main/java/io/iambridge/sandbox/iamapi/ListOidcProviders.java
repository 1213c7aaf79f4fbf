package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.OidcProvider;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Tells the ARNs of the providers of an account. */
final class ListOidcProviders implements Operation {
  private final Iam iam;

  ListOidcProviders(Iam iam) {
    this.iam = iam;
  }

  @Override
  public Consumer<Xml> call(Caller caller, Parameters parameters) throws QueryException {
    var who = caller.identify();
    parameters.onlyKnown(Set.of());
    Access.checkProvider(iam, who, "iam:ListOpenIDConnectProviders", "*");
    List<OidcProvider> providers = iam.oidcProviders().of(who.account());
    return result ->
        result.element(
            "OpenIDConnectProviderList",
            list ->
                providers.forEach(provider ->
                    list.element(
                        "member", member -> member.element("Arn", provider.arn().toString()))));
  }
}
