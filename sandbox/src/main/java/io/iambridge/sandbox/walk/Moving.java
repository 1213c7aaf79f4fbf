package io.iambridge.sandbox.walk;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.util.Map;

/** The two namespaces: {@code orders}, prepared for what it moves to, and {@code billing}, not. */
public final class Moving {
  /** The namespace that is prepared. */
  public static final String ORDERS = "orders";

  /** The namespace whose role does not know its service account. */
  public static final String BILLING = "billing";

  private static final String BASE = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/";
  private static final DemoPod API = pod(ORDERS, "api-6d4cf56db6-x2v9k", "127.0.0.21");
  private static final DemoPod INVOICES = pod(BILLING, "invoices-7c9fd8b5d4-m4w7q", "127.0.0.22");

  private Moving() {}

  private static DemoPod pod(String namespace, String name, String address) {
    return new DemoPod(
        namespace,
        name,
        address,
        Map.of("iam.amazonaws.com/role", namespace),
        200,
        "arn:aws:sts::" + Sandbox.ACCOUNT + ":assumed-role/" + namespace + "/kiam-kiam",
        "on its way");
  }

  /** The pod of {@link #ORDERS}, in mode kiam. */
  public static DemoPod api(Sandbox sandbox) {
    return API.at(sandbox.place().address(API.address()));
  }

  /** The pod of {@link #BILLING}, in mode kiam. */
  public static DemoPod invoices(Sandbox sandbox) {
    return INVOICES.at(sandbox.place().address(INVOICES.address()));
  }

  /** The role of a namespace's one service account. */
  public static String role(String namespace) {
    return BASE + namespace;
  }

  /** Makes both in the sandbox. */
  public static void create(Sandbox sandbox) {
    Definitions.install(sandbox.client());
    Iam iam = sandbox.iam();
    iam.putRole(role(ORDERS), ready(sandbox));
    iam.putRole(role(BILLING), TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL));
    // With it rehearsal and plan say which statement is missing, and not only that one is.
    iam.permit(Sandbox.SERVER_PRINCIPAL, "iam:GetRole", BASE + "*");
    iam.permit(Sandbox.SERVER_PRINCIPAL, "iam:ListOpenIDConnectProviders", "*");
    iam.permit(Sandbox.SERVER_PRINCIPAL, "iam:GetOpenIDConnectProvider", "*");
    sandbox.eksAuth().auth().associate(ORDERS, API.name().split("-", 2)[0], role(ORDERS));
    new Objects(sandbox.client()).create(api(sandbox), role(ORDERS));
    new Objects(sandbox.client()).create(invoices(sandbox), role(BILLING));
  }

  /** The old principal beside both targets, as {@code migration plan} writes it. */
  private static TrustPolicy ready(Sandbox sandbox) {
    String provider = sandbox.issuer().substring("https://".length());
    return TrustPolicy.parse(
        """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:AssumeRole"},
          {"Effect": "Allow",
           "Principal": {"Federated": "arn:aws:iam::%s:oidc-provider/%s"},
           "Action": "sts:AssumeRoleWithWebIdentity",
           "Condition": {"StringEquals": {
             "%s:aud": "sts.amazonaws.com",
             "%s:sub": "system:serviceaccount:orders:api"}}},
          {"Effect": "Allow",
           "Principal": {"Service": "pods.eks.amazonaws.com"},
           "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
        """
            .formatted(Sandbox.SERVER_PRINCIPAL, Sandbox.ACCOUNT, provider, provider, provider));
  }
}
