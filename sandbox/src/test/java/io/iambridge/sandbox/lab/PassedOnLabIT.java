package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.eksagent.EksAgentEmulator;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the agent asks on behalf of pods at the very addresses that its rules redirect to itself:
 * its own requests must leave the node's way, not come back to it.
 */
final class PassedOnLabIT {
  private static final String POD_IDENTITY = "169.254.170.23";
  private static final String REGION = "/latest/meta-data/placement/region";
  private static final String RED = "10.244.0.21,fd00:10:244::21";
  private static final String BARE = "10.244.0.22,fd00:10:244::22";

  private final LabNode node = LabNode.withoutAgent();
  private final String red = node.role("red");

  @AfterEach
  void stop() {
    try (LabNode _ = node) {
      node.assertNothingLeaked();
    }
  }

  private EksAgentEmulator eksAgent() throws IOException {
    node.lab().addNodeAddress(POD_IDENTITY);
    Sandbox sandbox = node.sandbox();
    return EksAgentEmulator.start(
        "lab",
        sandbox.client(),
        sandbox.iam(),
        List.of(new InetSocketAddress(InetAddress.ofLiteral(POD_IDENTITY), 80)),
        sandbox.clock(),
        new SecureRandom());
  }

  private String associated(EksAgentEmulator eks) {
    String role = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/associated";
    node.sandbox()
        .iam()
        .putRole(
            role,
            TrustPolicy.parse(
                """
                {"Version": "2012-10-17", "Statement": [{
                  "Effect": "Allow",
                  "Principal": {"Service": "pods.eks.amazonaws.com"},
                  "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
                """));
    eks.associate(LabNode.NAMESPACE, "default", role);
    return "arn:aws:sts::" + Sandbox.ACCOUNT + ":assumed-role/associated/";
  }

  private PodAnswer awaitServed(PodNamespace pod, String name) {
    String token = node.sandbox().tokens().podIdentityToken(LabNode.NAMESPACE, name);
    return await()
        .atMost(LabNode.PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> pod.clientOf(POD_IDENTITY).podIdentity(POD_IDENTITY, token),
            answer -> answer.status() == 200);
  }

  @Test
  void podWithAnAssociationOnlyIsServedByTheEksAgentAndOursByUs() throws Exception {
    try (EksAgentEmulator eks = eksAgent()) {
      String associated = associated(eks);
      PodNamespace ours = node.pod("red", "red", RED);
      PodNamespace theirs = node.podWithoutRole("bare", BARE);
      node.startAgent("--pod-identity=forward");

      // It has the same service account, so the EKS agent would serve it too.
      assertThat(node.holder(awaitServed(ours, "red"))).isEqualTo(red);
      assertThat(node.holder(awaitServed(theirs, "bare"))).startsWith(associated);
      assertThat(eks.requests())
          .isNotEmpty()
          .allSatisfy(request -> {
            assertThat(request.target()).isEqualTo("/v1/credentials");
            assertThat(request.from().getHostAddress()).as("the agent").doesNotStartWith("10.244.");
          });
    }
  }

  @Test
  void podGetsTheRegionThroughTheAgentAndNothingElse() throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    node.startAgent("--allow-routes=region");
    PodAnswer region =
        await()
            .atMost(LabNode.PATIENCE)
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(
                () -> pod.client().get(REGION, Optional.empty()), answer -> answer.status() == 200);

    assertThat(region.body()).isEqualTo(Sandbox.REGION);
    assertThat(pod.client().get("/latest/meta-data/instance-id", Optional.empty()).status())
        .isEqualTo(404);
    assertThat(node.holder(pod.client().credentials("red", Optional.empty()))).isEqualTo(red);
    // The service demands a token, which the agent has and the pod did not send.
    assertThat(node.sandbox().imds().requests())
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.target()).isIn(REGION, "/latest/api/token"));
  }
}
