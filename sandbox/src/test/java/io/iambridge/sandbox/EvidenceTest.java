package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.iambridge.agent.Agent;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.server.Server;
import io.iambridge.server.ServerConfig;
import io.iambridge.server.Surroundings;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.kubernetes.EvidenceObjects;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * What is kept of the callers is what they did, though two servers and the agent are restarted one
 * after the other all the time.
 */
final class EvidenceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String LIST = "/latest/meta-data/iam/security-credentials/";
  private static final String CART_AT = "127.0.0.11";
  private static final List<String> CLIENTS =
      List.of("Boto3/1.26.27 Python/3.11 Botocore/1.29.27", "aws-sdk-go/1.55.8 (go1.22)", "");

  private final long seed = new Random().nextLong();
  private final Random dice = new Random(seed);
  private final Map<String, Long> expected = new TreeMap<>();
  private final List<Server> servers = new ArrayList<>();
  private Sandbox sandbox;
  private Agent agent;
  private int serverInUse;

  /** A pod of a workload. */
  private record Caller(
      String namespace, String workload, String pod, String address, String role) {}

  @BeforeEach
  void start() {
    sandbox = Sandbox.startWithoutAgent(Place.LOOPBACK, SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    servers.add(server(0));
    servers.add(server(0));
    startAgent();
  }

  @AfterEach
  void stop() {
    agent.close();
    servers.forEach(Server::close);
    sandbox.close();
  }

  private Server server(int port) {
    List<String> flags = new ArrayList<>(sandbox.serverFlags());
    flags.removeIf(
        flag -> flag.matches("--(bind|admin-address|audit-log|evidence-write-interval)=.*"));
    flags.addAll(
        List.of(
            "--bind=127.0.0.1:" + port,
            "--admin-address=127.0.0.1:0",
            "--audit-log=off",
            "--evidence-write-interval=1s"));
    AccessKey key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    return Server.start(
        ServerConfig.parse(flags.toArray(String[]::new)),
        Surroundings.of(sandbox.clock(), new SecureRandom())
            .withAwsCredentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(key.id(), key.secret()))));
  }

  private void restartServer(int number) {
    Server old = servers.get(number);
    int port = old.port();
    old.close();
    servers.set(number, server(port));
  }

  private void startAgent() {
    agent =
        sandbox.startAgent(
            "--server-address=127.0.0.1:" + servers.get(serverInUse).port(),
            "--evidence-interval=1s");
    // A role list that is served is no call.
    await().atMost(PATIENCE).until(() -> pod(CART_AT).roles(Optional.empty()).status() == 200);
  }

  private void restartAgent() {
    agent.close();
    serverInUse = 1 - serverInUse;
    startAgent();
  }

  private PodClient pod(String address) {
    return sandbox.place().podAt(address, agent.port());
  }

  private Caller create(
      String namespace, String workload, String hash, String address, String role) {
    String name = workload + "-" + hash + "-" + address.substring(8);
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(name)
            .addToLabels("pod-template-hash", hash)
            .addToAnnotations(DemoKubelet.ADDRESS_ANNOTATION, address)
            .addNewOwnerReference()
            .withApiVersion("apps/v1")
            .withKind("ReplicaSet")
            .withName(workload + "-" + hash)
            .withUid("uid-" + workload)
            .withController(true)
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .withImage("example.com/app")
            .endContainer()
            .endSpec()
            .build();
    if (!role.isEmpty()) {
      pod.getMetadata().getAnnotations().put("iam.amazonaws.com/role", role);
    }
    sandbox.client().pods().inNamespace(namespace).resource(pod).create();
    Caller caller = new Caller(namespace, "Deployment/" + workload, name, address, role);
    await().atMost(PATIENCE).until(() -> isKnown(caller));
    return caller;
  }

  /** A role list that is refused is a call, so the pod asks for something that never is one. */
  private boolean isKnown(Caller caller) throws IOException {
    return pod(caller.address()).get("/latest/meta-data/iam/info", Optional.empty()).status()
        != 503;
  }

  /** One call in some way, counted here as the evidence is to have it. */
  private void call(Caller caller) throws IOException {
    String client = CLIENTS.get(dice.nextInt(CLIENTS.size()));
    Map<String, String> headers = new HashMap<>();
    if (!client.isEmpty()) {
      headers.put("User-Agent", client);
    }
    String path = "imds-v1";
    PodAnswer answer;
    if (dice.nextInt(4) == 0) {
      String token = sandbox.tokens().podIdentityToken(caller.namespace(), caller.pod());
      answer = pod(caller.address()).podIdentity(token);
      path = "eks-agent";
      client = "";
    } else {
      if (dice.nextBoolean()) {
        headers.put("X-aws-ec2-metadata-token", pod(caller.address()).token(60).body());
        path = "imds-v2";
      }
      String target = caller.role().isEmpty() ? LIST : LIST + caller.role();
      answer = pod(caller.address()).send("GET", target, headers);
    }
    String outcome =
        switch (answer.status()) {
          case 200 -> "served assume-role";
          case 400, 403, 404 -> "refused ";
          default -> "unavailable ";
        };
    String sdk = client.isEmpty() ? "/" : client.split(" ", 2)[0].toLowerCase(Locale.ROOT);
    expected.merge(
        String.join(" ", caller.namespace(), caller.workload(), path, outcome, sdk), 1L, Long::sum);
  }

  private Map<String, Long> kept() throws Exception {
    Map<String, Long> kept = new TreeMap<>();
    new EvidenceObjects(sandbox.client())
        .list()
        .forEach((namespace, status) ->
            status
                .workloads()
                .forEach(workload -> {
                  for (Calls calls : workload.calls()) {
                    String key =
                        String.join(
                            " ",
                            namespace,
                            workload.kind() + "/" + workload.name(),
                            calls.path(),
                            calls.outcome() + " " + calls.mechanism(),
                            calls.sdk() + "/" + calls.sdkVersion());
                    calls.perDay().values().forEach(count -> kept.merge(key, count, Long::sum));
                  }
                }));
    return kept;
  }

  private void awaitAllKept() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(kept()).as("seed %d", seed).isEqualTo(expected));
  }

  @Test
  void evidenceIsWhatCallersDidThoughEverythingIsRestarted() throws Exception {
    List<Caller> callers = new ArrayList<>();
    callers.add(create("shop", "basket", "5d8f6c7b9", "127.0.0.31", "shop/cart"));
    callers.add(create("shop", "basket", "5d8f6c7b9", "127.0.0.32", "shop/cart"));
    callers.add(create("shop", "orders", "7c9d8b6f5", "127.0.0.33", "shop/cart"));
    callers.add(create("shop", "plain", "66c4d9b7f", "127.0.0.34", ""));
    callers.add(create("data", "nightly", "84bb6f7d9", "127.0.0.35", "admin"));
    callers.add(create("closed", "shut", "9f5c7d8b6", "127.0.0.36", "admin"));
    for (int round = 0; round < 6; round++) {
      for (int call = 0; call < 40; call++) {
        call(callers.get(dice.nextInt(callers.size())));
      }
      switch (round) {
        case 0, 3 -> restartServer(serverInUse);
        case 1, 4 -> restartAgent();
        case 2 -> {
          // Its last calls are not reported yet.
          Caller gone = callers.remove(1);
          sandbox.client().pods().inNamespace(gone.namespace()).withName(gone.pod()).delete();
          // A server that starts after it has gone does not know whose they were.
          awaitAllKept();
        }
        default -> restartServer(1 - serverInUse);
      }
    }
    restartAgent();
    awaitAllKept();
    for (int number = 0; number < servers.size(); number++) {
      restartServer(number);
    }
    restartAgent();
    assertThat(kept()).as("seed %d", seed).isEqualTo(expected);
    for (EvidenceStatus status : new EvidenceObjects(sandbox.client()).list().values()) {
      assertThat(status.batches()).hasSizeLessThan(10);
    }
  }
}
