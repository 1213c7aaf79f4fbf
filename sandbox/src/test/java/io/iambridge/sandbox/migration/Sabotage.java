package io.iambridge.sandbox.migration;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.server.targets.Finding;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Breaks what a plan has made, in every way that a single service account or role can be broken.
 */
final class Sabotage {
  /** Has no OIDC provider until somebody makes one. */
  static final String WITHOUT_PROVIDER = Fleet.OTHER_ACCOUNT;

  private static final String ROLE = "eks.amazonaws.com/role-arn";
  private static final String HOP = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/hop";

  private final Sandbox sandbox;
  private final KubernetesClient client;
  private final Fleet fleet;
  private final Workers workers;

  /** What was broken: {@code namespace/account}, and what is to be said of it. */
  private final Map<String, Finding> broken = new LinkedHashMap<>();

  Sabotage(Sandbox sandbox, Fleet fleet, Workers workers) {
    this.sandbox = sandbox;
    this.client = sandbox.client();
    this.fleet = fleet;
    this.workers = workers;
  }

  Map<String, Finding> broken() {
    return Map.copyOf(broken);
  }

  boolean touches(String namespace) {
    return broken.keySet().stream().anyMatch(name -> name.startsWith(namespace + "/"));
  }

  /** Breaks everything; namespaces by their place in the fleet. */
  void all() {
    annotate("team-00", "worker-6", ROLE, null, Finding.NO_ROLE_ON_SERVICE_ACCOUNT);
    annotate("team-00", "worker-7", ROLE, "nonsense", Finding.INVALID_ROLE_ON_SERVICE_ACCOUNT);
    annotate("team-00", "worker-8", ROLE, role("team-00", 'a'), Finding.DIFFERENT_ROLE);
    annotate("team-00", "worker-9", "eks.amazonaws.com/audience", "vault", Finding.WRONG_AUDIENCE);
    distrust("team-06", 'a');
    client.serviceAccounts().inNamespace("team-06").withName("worker-7").delete();
    broken.put("team-06/worker-7", Finding.NO_SERVICE_ACCOUNT);
    chain("team-16", "worker-6");
    sandbox.eksAuth().auth().dissociate("team-01", "worker-6");
    broken.put("team-01/worker-6", Finding.NO_ASSOCIATION);
    sandbox.eksAuth().auth().reassociate("team-01", "worker-7", role("team-01", 'a'));
    broken.put("team-01/worker-7", Finding.DIFFERENT_ROLE);
    sandbox.kubernetes().tokenPermissions().denyIn("team-05");
    fleet
        .home("team-05")
        .workers()
        .forEach(worker -> broken.put(workers.accountOf(worker), Finding.TOKEN_NOT_PERMITTED));
    distrust("team-11", 'c');
  }

  private String role(String namespace, char letter) {
    return fleet.home(namespace).workers().stream()
        .map(Fleet.Worker::role)
        .filter(role -> role.endsWith("-" + letter))
        .findFirst()
        .orElseThrow();
  }

  private void annotate(
      String namespace, String account, String key, @Nullable String value, Finding finding) {
    annotate(namespace, account, key, value);
    broken.put(namespace + "/" + account, finding);
  }

  private void annotate(String namespace, String account, String key, @Nullable String value) {
    Map<String, @Nullable Object> annotations = new HashMap<>();
    annotations.put(key, value);
    client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(account)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            Serialization.asJson(Map.of("metadata", Map.of("annotations", annotations))));
  }

  /** The policy is as it was before the plan. */
  private void distrust(String namespace, char letter) {
    String role = role(namespace, letter);
    sandbox.iam().putRole(role, TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL));
    fleet.home(namespace).workers().stream()
        .filter(worker -> worker.role().equals(role))
        .forEach(worker -> broken.put(workers.accountOf(worker), Finding.TRUST_DENIES_SUBJECT));
  }

  /** By way of a role that may be had, to one that does not let it in. */
  private void chain(String namespace, String account) {
    String host = sandbox.issuer().substring("https://".length());
    sandbox
        .iam()
        .putRole(
            HOP,
            TrustPolicy.parse(
                """
                {"Version": "2012-10-17", "Statement": [{
                  "Effect": "Allow",
                  "Principal": {"Federated": "arn:aws:iam::%s:oidc-provider/%s"},
                  "Action": "sts:AssumeRoleWithWebIdentity",
                  "Condition": {"StringEquals": {
                    "%s:aud": "sts.amazonaws.com",
                    "%s:sub": "system:serviceaccount:%s:%s"}}}]}
                """
                    .formatted(Sandbox.ACCOUNT, host, host, host, namespace, account)));
    annotate(namespace, account, "iambridge.io/target-role-arn", role(namespace, 'a'));
    annotate(namespace, account, ROLE, HOP, Finding.CHAIN_DENIED);
  }

  /**
   * Mends what no step of a plan would mend when it is done again; the right to create tokens is
   * one that its step rehearse does.
   */
  void mend() {
    annotate("team-00", "worker-9", "eks.amazonaws.com/audience", null);
    annotate("team-16", "worker-6", "iambridge.io/target-role-arn", null);
    // "Change it yourself or delete it, then go on", as the plan's script says of such a one.
    sandbox.eksAuth().auth().dissociate("team-01", "worker-7");
    broken.clear();
  }
}
