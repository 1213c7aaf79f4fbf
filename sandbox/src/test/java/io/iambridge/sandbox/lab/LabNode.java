package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.iambridge.sandbox.Place;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.SandboxPorts;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The whole system in a lab, with the agent as a process of its own, and one namespace that permits
 * every role.
 */
final class LabNode implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final String NAMESPACE = "lab";

  /** The lab's network is its own, so no port of it is taken. */
  static final SandboxPorts PORTS = new SandboxPorts(8181, 9620, 18001, 18002, 9610, 9621);

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Lab lab;
  private final Sandbox sandbox;
  private final List<AgentProcess> agents = new ArrayList<>();

  private LabNode(Lab lab, Sandbox sandbox) {
    this.lab = lab;
    this.sandbox = sandbox;
  }

  static LabNode withoutAgent() {
    Lab lab = Lab.setUp();
    LabNode node;
    try {
      node = new LabNode(lab, Sandbox.startWithoutAgent(Place.in(lab), PORTS));
    } catch (RuntimeException e) {
      lab.close();
      throw e;
    }
    try {
      node.createNamespace();
      return node;
    } catch (RuntimeException e) {
      // Every later test would find this one's network.
      node.close();
      throw e;
    }
  }

  private void createNamespace() {
    sandbox
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(NAMESPACE)
                .addToAnnotations("iam.amazonaws.com/permitted", ".*")
                .endMetadata()
                .build())
        .create();
  }

  /** Where the run leaves what people may want to read. */
  static Path reports() {
    try {
      return Files.createDirectories(Path.of("target/lab"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Lab lab() {
    return lab;
  }

  Sandbox sandbox() {
    return sandbox;
  }

  /** Starts an agent with these flags besides the usual ones, and waits until it is ready. */
  AgentProcess startAgent(String... flags) throws IOException {
    AgentProcess agent = startAgentAndGoOn(flags);
    return agent.awaitReady(PORTS.agentAdmin());
  }

  AgentProcess startAgentAndGoOn(String... flags) throws IOException {
    List<String> all = new ArrayList<>(sandbox.agentFlags());
    // A pod that hammers without pause shows the shortest gap in the rules.
    all.add("--caller-rate=0");
    all.addAll(List.of(flags));
    AgentProcess agent = AgentProcess.start(all);
    agents.add(agent);
    return agent;
  }

  /** Makes a role that the server may assume; answers the ARN that STS knows its sessions by. */
  String role(String name) {
    sandbox
        .iam()
        .putRole(
            "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/" + name,
            TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL));
    return "arn:aws:sts::" + Sandbox.ACCOUNT + ":assumed-role/" + name + "/kiam-kiam";
  }

  /** Makes a pod of the role and waits until it runs. */
  PodNamespace pod(String name, String role, String addresses) {
    return pod(name, Map.of("iam.amazonaws.com/role", role), addresses);
  }

  /** Makes a pod that asks for nothing and waits until it runs. */
  PodNamespace podWithoutRole(String name, String addresses) {
    return pod(name, Map.of(), addresses);
  }

  private PodNamespace pod(String name, Map<String, String> annotations, String addresses) {
    DemoCluster.createPod(
        sandbox.client(), new DemoPod(NAMESPACE, name, addresses, annotations, 0, "", ""));
    awaitRunning(name);
    return lab.pod(NAMESPACE, name);
  }

  /** Makes a pod of the role that shares the node's network, and waits until it runs. */
  PodNamespace hostNetworkPod(String name, String role) {
    sandbox
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations("iam.amazonaws.com/role", role)
                .endMetadata()
                .withNewSpec()
                .withHostNetwork(true)
                .endSpec()
                .build())
        .create();
    awaitRunning(name);
    return lab.node();
  }

  private void awaitRunning(String name) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          Pod pod = sandbox.client().pods().inNamespace(NAMESPACE).withName(name).get();
          return pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
        });
  }

  void deletePod(String name) {
    sandbox.client().pods().inNamespace(NAMESPACE).withName(name).delete();
  }

  /** The ARN that STS would name the holder of these credentials by. */
  String holder(PodAnswer credentials) throws IOException {
    String id = JSON.readTree(credentials.body()).path("AccessKeyId").asText();
    return sandbox.iam().accessKey(id).orElseThrow().principal().arn().toString();
  }

  /** Runs a program on the node that has to succeed; answers what it printed. */
  String onNode(String... command) throws IOException {
    Finished finished = lab.node().run(DEADLINE, Map.of(), List.of(command));
    assertThat(finished.ok()).as("%s: %s", String.join(" ", command), finished.output()).isTrue();
    return finished.output();
  }

  /** Nobody reached the node's credentials, or the way to them, whatever they were answered. */
  void assertNothingLeaked() {
    assertThat(sandbox.imds().credentialRequests()).isEmpty();
  }

  /** The node's true metadata service has not been asked anything, harmless or not. */
  void assertMetadataServiceNeverAsked() {
    assertThat(sandbox.imds().requests()).as("at the true metadata service").isEmpty();
  }

  @Override
  public void close() {
    try {
      agents.forEach(AgentProcess::kill);
    } finally {
      try {
        sandbox.close();
      } finally {
        lab.close();
      }
    }
  }
}
