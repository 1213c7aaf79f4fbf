package io.iambridge.sandbox.eksagent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.sandbox.eksauth.EksAuth;
import io.iambridge.sandbox.eksauth.EksAuthException;
import io.iambridge.sandbox.eksauth.EksCluster;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * The EKS Pod Identity agent (0.1.37) of a node: one path, whatever method; Host, then token, then
 * what EKS Auth says; errors in Go's and the AWS SDK's shapes.
 */
public final class EksAgentEmulator implements AutoCloseable {
  private static final Set<String> HOSTS = Set.of("169.254.170.23", "fd00:ec2::23");
  private static final String REGION = "eu-west-1";
  private static final String ACCOUNT = "123456789012";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final JsonMapper json = new JsonMapper();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<SeenRequest> requests = new CopyOnWriteArrayList<>();
  private final RandomGenerator random;
  private final EksAuth auth;

  private EksAgentEmulator(EksAuth auth, RandomGenerator random) {
    this.auth = auth;
    this.random = random;
  }

  /**
   * Starts one with an EKS Auth of its own.
   *
   * @param cluster its name; it is in the account of the sandbox
   * @param client reviews tokens; stays the caller's
   * @param addresses where it listens, as the real one does at both of its addresses; port 0 for a
   *     free one
   * @throws IOException when an address cannot be listened on
   */
  public static EksAgentEmulator start(
      String cluster,
      KubernetesClient client,
      Iam iam,
      List<InetSocketAddress> addresses,
      InstantSource clock,
      RandomGenerator random)
      throws IOException {
    EksCluster of = new EksCluster(cluster, REGION, ACCOUNT);
    return start(new EksAuth(of, client, iam, clock, random), addresses, random);
  }

  /**
   * Starts one that asks this EKS Auth.
   *
   * @param addresses where it listens, as the real one does at both of its addresses; port 0 for a
   *     free one
   * @throws IOException when an address cannot be listened on
   */
  public static EksAgentEmulator start(
      EksAuth auth, List<InetSocketAddress> addresses, RandomGenerator random) throws IOException {
    EksAgentEmulator agent = new EksAgentEmulator(auth, random);
    try {
      for (InetSocketAddress address : addresses) {
        HttpServer server = HttpServer.create(address, /* backlog= */ 0);
        server.createContext("/", agent::serve);
        server.setExecutor(agent.threads);
        server.start();
        agent.servers.add(server);
      }
      return agent;
    } catch (IOException e) {
      agent.close();
      throw e;
    }
  }

  /** Where it listens, in the order given. */
  public List<InetSocketAddress> addresses() {
    return servers.stream().map(HttpServer::getAddress).toList();
  }

  /**
   * Gives the pods of a service account a role, which must trust {@code pods.eks.amazonaws.com}.
   */
  public void associate(String namespace, String serviceAccount, String roleArn) {
    auth.associate(namespace, serviceAccount, roleArn);
  }

  /** What was asked, oldest first. */
  public List<SeenRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(/* delay= */ 0));
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(SeenRequest.of(exchange));
      if (!exchange.getRequestURI().getPath().equals("/v1/credentials")) {
        respond(exchange, 404, TEXT, "404 page not found\n");
        return;
      }
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      if (!HOSTS.contains(host(exchange.getRequestHeaders().getFirst("Host")))) {
        respond(
            exchange,
            403,
            TEXT,
            "Access Denied. Called agent through invalid address, please use either"
                + " [169.254.170.23 fd00:ec2::23] address not that\n");
      } else if (token == null || token.isEmpty()) {
        respond(exchange, 400, TEXT, "Service account token cannot be empty\n");
      } else if (token.split("\\.", -1).length != 3) {
        respond(
            exchange,
            400,
            TEXT,
            "Service account token cannot be parsed: token is malformed: token contains an invalid"
                + " number of segments\n");
      } else {
        answer(exchange, token);
      }
    }
  }

  private void answer(HttpExchange exchange, String token) throws IOException {
    try {
      respond(exchange, 200, "application/json", document(auth.assumeRole(token).key()));
    } catch (EksAuthException e) {
      respond(exchange, e.status(), TEXT, error(e.code(), e.text(), "client"));
    } catch (KubernetesClientException e) {
      respond(exchange, 500, TEXT, error("InternalServerException", "no token review", "server"));
    }
  }

  private String error(String code, String message, String fault) {
    UUID id = new UUID(random.nextLong(), random.nextLong());
    return "[%s]: (%s): %s, fault: %s%n".formatted(id, code, message, fault);
  }

  private String document(AccessKey key) throws JsonProcessingException {
    AccessKey.Temporary temporary = key.temporary().orElseThrow();
    return json.writeValueAsString(
        JsonNodeFactory.instance
            .objectNode()
            .put("AccessKeyId", key.id())
            .put("SecretAccessKey", key.secret())
            .put("Token", temporary.sessionToken())
            .put("AccountId", key.principal().account())
            .put("Expiration", temporary.expiration().toString()));
  }

  /** Without port and brackets. */
  private static String host(String header) {
    String host = header == null ? "" : header.replaceFirst("(?<=]|^[^:]{0,100}):[0-9]*$", "");
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static void respond(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** On this loopback port, for tests and the quickstart. */
  public static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }
}
