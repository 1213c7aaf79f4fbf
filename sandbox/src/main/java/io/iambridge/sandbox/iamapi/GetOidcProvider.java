package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.OidcProvider;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Tells a provider of the caller's account. */
final class GetOidcProvider implements Operation {
  private static final String ARN = "OpenIDConnectProviderArn";

  private final Iam iam;

  GetOidcProvider(Iam iam) {
    this.iam = iam;
  }

  @Override
  public Consumer<Xml> call(Caller caller, Parameters parameters) throws QueryException {
    var who = caller.identify();
    parameters.onlyKnown(Set.of(ARN));
    String text = parameters.required(ARN);
    Arn arn =
        Arn.tryParse(text)
            .filter(parsed -> parsed.resource().startsWith("oidc-provider/"))
            .orElseThrow(() -> new QueryException(400, "InvalidInput", "Invalid ARN: " + text));
    Access.check(iam, who, "iam:GetOpenIDConnectProvider", arn, text);
    OidcProvider provider =
        iam.oidcProviders()
            .find(text)
            .filter(found -> found.arn().account().equals(who.account()))
            .orElseThrow(
                () -> Access.noSuchEntity("OpenIDConnect Provider not found for arn " + text));
    return result ->
        result
            .element("Url", provider.url())
            .element("ClientIDList", list -> members(list, provider.clientIds()))
            .element("ThumbprintList", list -> members(list, provider.thumbprints()))
            .element("CreateDate", provider.created().toString());
  }

  private static void members(Xml list, List<String> values) {
    values.forEach(value -> list.element("member", value));
  }
}
