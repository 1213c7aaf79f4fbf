package io.iambridge.sandbox.lab;

import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.matrix.Outcome;
import io.iambridge.sandbox.matrix.Requests;
import io.iambridge.sandbox.matrix.Said;
import io.iambridge.sandbox.matrix.SdkClient;
import io.iambridge.sandbox.matrix.Way;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.tokens.PodTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node on which SDKs run, each in a pod of its own with a role of its own. */
final class MatrixNode implements AutoCloseable {
  private static final Duration CLIENT_DEADLINE = Duration.ofSeconds(60);
  private static final int BEFORE_FIRST_POD = 20;
  private static final int TOKEN_SECONDS = 60;
  private static final int OK = 200;
  private static final String POD_IDENTITY = "http://169.254.170.23/v1/credentials";
  private static final URI METRICS =
      URI.create("http://127.0.0.1:" + LabNode.PORTS.agentAdmin() + "/metrics");

  private final LabNode node = LabNode.withoutAgent();
  private final Path files;
  private int pods = BEFORE_FIRST_POD;

  private MatrixNode(Path files) {
    this.files = files;
  }

  /**
   * Starts one.
   *
   * @param files where pods have theirs
   * @param agentFlags besides the usual
   */
  static MatrixNode start(Path files, String... agentFlags) throws IOException {
    MatrixNode matrix = new MatrixNode(files);
    try {
      matrix.node.startAgent(agentFlags);
      return matrix;
    } catch (IOException | RuntimeException e) {
      matrix.close();
      throw e;
    }
  }

  /** Runs a client in a new pod. */
  Outcome run(SdkClient client, Way way, Path program) throws Exception {
    String name = client.id() + "-" + way.text();
    String arn = node.role(name);
    int number = ++pods;
    PodNamespace pod =
        node.pod(name, name, "10.244.0.%d,fd00:10:244::%d".formatted(number, number));
    Map<String, String> environment = environment(name, way);
    awaitServed(pod);
    Requests before = requests();
    Finished finished =
        pod.run(
            CLIENT_DEADLINE,
            environment,
            List.of(
                program.toString(), node.sandbox().sts().endpoint().toString(), Sandbox.REGION));
    Requests sent = requests().since(before);
    node.assertMetadataServiceNeverAsked();
    return new Outcome(client, way, Said.parse(finished.output()), sent, arn);
  }

  /**
   * Waits until the agent answers the pod, so that what a client asks is not more or less by how
   * soon the agent hears of its pod. With a session token, for {@code --imds-v1=deny}.
   */
  private static void awaitServed(PodNamespace pod) {
    PodClient client = pod.client();
    await()
        .atMost(LabNode.PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> {
          PodAnswer token = client.token(TOKEN_SECONDS);
          return token.status() == OK && client.roles(Optional.of(token.body())).status() == OK;
        });
  }

  /** What a pod's environment says of AWS: nothing, or what EKS puts there for Pod Identity. */
  private Map<String, String> environment(String name, Way way) throws IOException {
    Path home = Files.createDirectories(files.resolve(name));
    Map<String, String> environment = new HashMap<>();
    // Not this machine's, which may have credentials in .aws.
    environment.put("HOME", home.toString());
    if (way == Way.POD_IDENTITY) {
      Path token = home.resolve("token");
      PodTokens.write(token, node.sandbox().tokens().podIdentityToken(LabNode.NAMESPACE, name));
      environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", POD_IDENTITY);
      environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.toString());
    }
    return environment;
  }

  private static Requests requests() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return Requests.parse(
          http.send(HttpRequest.newBuilder(METRICS).build(), BodyHandlers.ofString()).body());
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
