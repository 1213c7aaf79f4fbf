package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.OidcProvider;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.util.Set;
import java.util.function.Consumer;

/** Registers an issuer in the caller's account. */
final class CreateOidcProvider implements Operation {
  private static final String SCHEME = "https://";

  private final Iam iam;

  CreateOidcProvider(Iam iam) {
    this.iam = iam;
  }

  @Override
  public Consumer<Xml> call(Caller caller, Parameters parameters) throws QueryException {
    var who = caller.identify();
    parameters.onlyKnown(Set.of("Url", "ClientIDList", "ThumbprintList", "Tags"));
    String url = parameters.required("Url");
    if (!url.startsWith(SCHEME)) {
      throw QueryException.validation("Invalid Open ID Connect Provider URL");
    }
    Access.checkProvider(
        iam, who, "iam:CreateOpenIDConnectProvider", url.substring(SCHEME.length()));
    if (iam.oidcProviders().trusted(who.account(), url).isPresent()) {
      throw new QueryException(
          409, "EntityAlreadyExists", "Provider with url " + url + " already exists.");
    }
    OidcProvider provider =
        iam.oidcProviders()
            .put(
                who.account(),
                url,
                parameters.list("ClientIDList"),
                parameters.list("ThumbprintList"));
    return result -> result.element("OpenIDConnectProviderArn", provider.arn().toString());
  }
}
