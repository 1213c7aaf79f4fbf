package io.iambridge.sandbox.demo;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The demo cluster's namespaces, pods and roles. */
public final class DemoCluster {
  private static final String ROLE = "iam.amazonaws.com/role";
  private static final String OTHER_ACCOUNT = "210987654321";

  private static final Map<String, Map<String, String>> NAMESPACES =
      Map.of(
          "shop", Map.of("iam.amazonaws.com/permitted", ".*:role/shop/.*"),
          "data", Map.of("iam.amazonaws.com/permitted", ".*"),
          "legacy", Map.of("iam.amazonaws.com/allowed-roles", "[\"legacy-*\"]"),
          "closed", Map.of());

  /** All pods, in the order they are shown, on loopback. */
  public static final List<DemoPod> PODS =
      List.of(
          new DemoPod(
              "shop",
              "cart",
              "127.0.0.11",
              Map.of(ROLE, "shop/cart"),
              200,
              session("cart", "kiam-kiam"),
              "a role by path and name"),
          new DemoPod(
              "shop",
              "payments",
              "127.0.0.12",
              Map.of(
                  ROLE,
                  "/shop/payments",
                  "iam.amazonaws.com/session-name",
                  "payments",
                  "iam.amazonaws.com/external-id",
                  "bank-7"),
              200,
              session("payments", "kiam-payments"),
              "own session name, external id"),
          new DemoPod(
              "data",
              "reports",
              "127.0.0.13",
              Map.of(ROLE, "arn:aws:iam::" + OTHER_ACCOUNT + ":role/analytics"),
              200,
              "arn:aws:sts::" + OTHER_ACCOUNT + ":assumed-role/analytics/kiam-kiam",
              "a role of another account"),
          new DemoPod(
              "legacy",
              "worker",
              "127.0.0.14",
              Map.of(ROLE, "legacy-worker"),
              200,
              session("legacy-worker", "kiam-kiam"),
              "kube2iam's allowed-roles"),
          new DemoPod("shop", "website", "127.0.0.15", Map.of(), 404, "no role", "no annotation"),
          new DemoPod(
              "shop",
              "curious",
              "127.0.0.16",
              Map.of(ROLE, "admin"),
              403,
              "ROLE_NOT_PERMITTED",
              "a role that its namespace does not permit"),
          new DemoPod(
              "closed",
              "lonely",
              "127.0.0.17",
              Map.of(ROLE, "admin"),
              403,
              "NAMESPACE_PERMITS_NOTHING",
              "a namespace without a rule"),
          new DemoPod(
              "data",
              "typo",
              "127.0.0.18",
              Map.of(ROLE, "arn:aws:iam:role/oops"),
              403,
              "INVALID_ROLE",
              "a malformed ARN"),
          new DemoPod(
              "data",
              "stranger",
              "127.0.0.19",
              Map.of(ROLE, "untrusting"),
              403,
              "STS_DENIED",
              "a role that does not trust the server"));

  private DemoCluster() {}

  private static String session(String role, String name) {
    return "arn:aws:sts::" + Sandbox.ACCOUNT + ":assumed-role/" + role + "/" + name;
  }

  /** Makes everything in the sandbox. */
  public static void create(Sandbox sandbox) {
    roles(sandbox.iam());
    KubernetesClient client = sandbox.client();
    NAMESPACES.forEach((name, annotations) ->
        client
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withAnnotations(annotations)
                    .endMetadata()
                    .build())
            .create());
    pods(sandbox).forEach(pod -> createPod(client, pod));
  }

  /** All pods, with their addresses where the sandbox is. */
  public static List<DemoPod> pods(Sandbox sandbox) {
    return PODS.stream().map(pod -> pod.at(sandbox.place().address(pod.address()))).toList();
  }

  private static void roles(Iam iam) {
    TrustPolicy trusting = TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL);
    for (String role : List.of("shop/cart", "legacy-worker", "admin")) {
      iam.putRole("arn:aws:iam::" + Sandbox.ACCOUNT + ":role/" + role, trusting);
    }
    iam.putRole("arn:aws:iam::" + OTHER_ACCOUNT + ":role/analytics", trusting);
    iam.putRole(
        "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/shop/payments",
        TrustPolicy.parse(
            """
            {"Version": "2012-10-17", "Statement": [{
              "Effect": "Allow",
              "Principal": {"AWS": "%s"},
              "Action": "sts:AssumeRole",
              "Condition": {"StringEquals": {"sts:ExternalId": "bank-7"}}}]}
            """
                .formatted(Sandbox.SERVER_PRINCIPAL)));
    iam.putRole(
        "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/untrusting",
        TrustPolicy.trusting("arn:aws:iam::" + Sandbox.ACCOUNT + ":user/somebody-else"));
  }

  /** Makes a pod with the demo pod's name, annotations and address. */
  public static void createPod(KubernetesClient client, DemoPod demo) {
    Map<String, String> annotations = new HashMap<>(demo.annotations());
    annotations.put(DemoKubelet.ADDRESS_ANNOTATION, demo.address());
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(demo.namespace())
            .withName(demo.name())
            .withAnnotations(annotations)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .withImage("example.com/app")
            .endContainer()
            .endSpec()
            .build();
    client.pods().inNamespace(demo.namespace()).resource(pod).create();
  }
}
