package io.iambridge.sandbox;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.agent.Agent;
import io.iambridge.agent.AgentConfig;
import io.iambridge.agent.interception.Programs;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.lifecycle.CloseOrder;
import io.iambridge.common.testing.Certificates;
import io.iambridge.sandbox.eksauth.EksAuth;
import io.iambridge.sandbox.eksauth.EksAuthEmulator;
import io.iambridge.sandbox.eksauth.EksCluster;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iamapi.IamApi;
import io.iambridge.sandbox.imds.ImdsEmulator;
import io.iambridge.sandbox.imds.ImdsSettings;
import io.iambridge.sandbox.imds.ImdsSettings.VersionTwo;
import io.iambridge.sandbox.imds.NodeRole;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import io.iambridge.sandbox.kubernetes.EmbeddedKubernetes;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.sts.StsEmulator;
import io.iambridge.sandbox.tokens.AgentTokens;
import io.iambridge.sandbox.tokens.PodTokens;
import io.iambridge.server.Server;
import io.iambridge.server.ServerConfig;
import io.iambridge.server.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The whole system in this process: an embedded Kubernetes API and a kubelet for one node, IAM and
 * STS, a metadata service, a server, an agent, and TLS between them; on loopback or at another
 * {@link Place}. Server and agent are started from command lines, as a person would start them.
 */
public final class Sandbox implements AutoCloseable {
  /** The account that holds the server and, if nothing else is said, the roles. */
  public static final String ACCOUNT = "123456789012";

  /** Who the server is to AWS. */
  public static final String SERVER_PRINCIPAL =
      "arn:aws:iam::" + ACCOUNT + ":user/iambridge-server";

  /** The one node. */
  public static final String NODE = "node-1";

  /** What EKS calls the cluster. */
  public static final String CLUSTER = "sandbox";

  /** Where STS is. */
  public static final String REGION = "eu-west-1";

  private static final String WEB_IDENTITY_AUDIENCE = "sts.amazonaws.com";

  private final InstantSource clock = InstantSource.system();
  private final SecureRandom random = new SecureRandom();
  private final CloseOrder closing;

  private final Place place;
  private final Path directory;
  private final Certificates authority;
  private final Iam iam;
  private final StsEmulator sts;
  private final ImdsEmulator imds;
  private final EmbeddedKubernetes kubernetes;
  private final KubernetesClient client;
  private final EksAuthEmulator eksAuth;
  private final IamApi iamApi;
  private final AgentTokens agentTokens;
  private final AccessKey serverKey;
  private final List<String> serverFlags;
  private final List<String> agentFlags;
  private final Server server;
  private final Optional<Agent> agent;

  private Sandbox(Place place, SandboxPorts ports, boolean withAgent, CloseOrder closing)
      throws IOException {
    this.place = place;
    this.closing = closing;
    directory = Files.createTempDirectory("iambridge-sandbox-");
    closing.add(directory, Sandbox::deleteTree);
    authority = Certificates.authority(directory, "ca");
    iam = new Iam(clock, random);
    serverKey = iam.createAccessKey(SERVER_PRINCIPAL);
    iam.permitAssumeRole(SERVER_PRINCIPAL, "*");
    InetSocketAddress stsAddress = new InetSocketAddress(place.nodeAddress(), ports.sts());
    sts = closed(StsEmulator.startAt(stsAddress, iam, REGION, clock, random));
    imds = closed(startImds());
    kubernetes = closed(EmbeddedKubernetes.start(ports.kubernetes(), clock, random));
    client = closed(kubernetes.newClient());
    sts.issuers().locate(issuer(), URI.create(kubernetes.url()));
    iam.putOidcProvider(ACCOUNT, issuer(), WEB_IDENTITY_AUDIENCE);
    iamApi = closed(IamApi.start(anyPort(), iam, clock, random));
    eksAuth = closed(startEksAuth());
    closed(DemoKubelet.start(client, List.of(NODE), place.podNetwork(), clock));
    agentTokens = closed(new AgentTokens(client, tokens(), directory));
    serverFlags = serverFlags(ports);
    server = startServer(serverFlags);
    agentFlags = agentFlags(ports);
    agent = withAgent ? Optional.of(startAgent()) : Optional.empty();
  }

  /**
   * Starts everything on loopback.
   *
   * @throws StartException when something cannot start, e.g. because its port is taken
   */
  public static Sandbox start(SandboxPorts ports) {
    return start(Place.LOOPBACK, ports);
  }

  /**
   * Starts everything.
   *
   * @throws StartException when something cannot start, e.g. because its port is taken
   */
  public static Sandbox start(Place place, SandboxPorts ports) {
    return start(place, ports, /* withAgent= */ true);
  }

  /**
   * Starts everything but the agent, for whoever runs it with {@link #agentFlags} as a process of
   * its own.
   *
   * @throws StartException when something cannot start, e.g. because its port is taken
   */
  public static Sandbox startWithoutAgent(Place place, SandboxPorts ports) {
    return start(place, ports, /* withAgent= */ false);
  }

  private static Sandbox start(Place place, SandboxPorts ports, boolean withAgent) {
    CloseOrder closing = new CloseOrder();
    try {
      return new Sandbox(place, ports, withAgent, closing);
    } catch (IOException e) {
      closeAll(closing);
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      closeAll(closing);
      throw e;
    }
  }

  private ImdsEmulator startImds() throws IOException {
    ImdsSettings instance = ImdsSettings.of(VersionTwo.REQUIRED, REGION, ACCOUNT);
    NodeRole role = NodeRole.create(iam, instance, clock);
    return ImdsEmulator.start(place.metadataAddresses(), instance, role, clock, random);
  }

  private EksAuthEmulator startEksAuth() throws IOException {
    EksCluster cluster = new EksCluster(CLUSTER, REGION, ACCOUNT);
    iam.permit(SERVER_PRINCIPAL, "eks-auth:AssumeRoleForPodIdentity", cluster.arn().toString());
    EksAuth auth = new EksAuth(cluster, client, iam, clock, random);
    return EksAuthEmulator.start(anyPort(), auth, iam, clock, random);
  }

  private InetSocketAddress anyPort() {
    return new InetSocketAddress(place.nodeAddress(), 0);
  }

  private List<String> serverFlags(SandboxPorts ports) throws IOException {
    Certificates.Pem pem = authority.server("server", "localhost", "127.0.0.1");
    Files.writeString(kubeconfig(), kubeconfigOf(kubernetes.url()));
    return List.of(
        "--bind=127.0.0.1:" + ports.server(),
        "--admin-address=127.0.0.1:" + ports.serverAdmin(),
        "--cert=" + pem.certificate(),
        "--key=" + pem.key(),
        "--kubeconfig=" + kubeconfig(),
        "--role-base-arn-autodetect",
        "--region=" + REGION,
        "--sts-endpoint=" + sts.endpoint(),
        "--cluster-name=" + CLUSTER,
        "--eks-auth-endpoint=" + eksAuth.endpoint(),
        "--iam-endpoint=" + iamApi.endpoint(),
        "--leader-election-namespace=kube-system",
        "--evidence-write-interval=1s",
        "--audit-log=" + auditLog());
  }

  private static String kubeconfigOf(String url) {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: sandbox
      cluster:
        server: %s
    contexts:
    - name: sandbox
      context:
        cluster: sandbox
        user: sandbox
    users:
    - name: sandbox
      user: {}
    current-context: sandbox
    """
        .formatted(url);
  }

  private List<String> agentFlags(SandboxPorts ports) {
    List<String> flags = new ArrayList<>(place.agentFlags());
    flags.addAll(
        List.of(
            "--port=" + ports.agent(),
            "--admin-address=127.0.0.1:" + ports.agentAdmin(),
            "--server-address=127.0.0.1:" + server.port(),
            "--ca=" + authority.caFile(),
            "--server-token-file=" + agentTokens.file(NODE),
            "--node-name=" + NODE,
            "--evidence-interval=1s",
            // Even what is never to be asked is a stand-in, where it would be seen.
            "--metadata-address=" + imds.endpoint().getAuthority(),
            "--state-dir=" + directory.resolve("state")));
    return List.copyOf(flags);
  }

  /** Starts an agent of the node, with these flags in place of, or besides, the usual ones. */
  public Agent startAgent(String... flags) {
    return startAgent(clock, agentFlags, flags);
  }

  /** The same, where the node's clock is this one. */
  public Agent startAgent(InstantSource nodeClock, String... flags) {
    return startAgent(nodeClock, agentFlags, flags);
  }

  /** Starts an agent of another node, on free ports, with flags like {@link #startAgent}. */
  public Agent startAgentOn(String node, String... flags) {
    return startAgent(clock, agentFlagsFor(node), flags);
  }

  private Agent startAgent(InstantSource nodeClock, List<String> usualFlags, String... flags) {
    AgentConfig config =
        AgentConfig.parse(Map.of(), replaced(usualFlags, flags).toArray(String[]::new));
    return closed(Agent.start(config, Programs.ofThisMachine(), nodeClock));
  }

  private static List<String> replaced(List<String> usualFlags, String... flags) {
    List<String> all = new ArrayList<>(usualFlags);
    for (String flag : flags) {
      String name = flag.substring(0, flag.indexOf('=') + 1);
      all.removeIf(usual -> !name.isEmpty() && usual.startsWith(name));
      all.add(flag);
    }
    return all;
  }

  /**
   * Starts another replica of the server, on free ports, with these flags in place of, or besides,
   * the usual ones.
   */
  public Server startReplica(String... flags) {
    List<String> own = replaced(serverFlags, "--bind=127.0.0.1:0", "--admin-address=127.0.0.1:0");
    return startServer(replaced(own, flags));
  }

  private Server startServer(List<String> flags) {
    return closed(
        Server.start(
            ServerConfig.parse(flags.toArray(String[]::new)),
            Surroundings.of(clock, random).withAwsCredentials(serverCredentials())));
  }

  private StaticCredentialsProvider serverCredentials() {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(serverKey.id(), serverKey.secret()));
  }

  private <T extends AutoCloseable> T closed(T part) {
    return closing.add(part);
  }

  /** What time it is for everything in it. */
  public InstantSource clock() {
    return clock;
  }

  /** IAM's users and roles. */
  public Iam iam() {
    return iam;
  }

  /** STS, with its faults and its counters. */
  public StsEmulator sts() {
    return sts;
  }

  /**
   * IAM's own API. The server may do nothing there until {@link Iam#permit} says so, as most
   * servers may not.
   */
  public IamApi iamApi() {
    return iamApi;
  }

  /** EKS Auth of {@link #CLUSTER}, with its associations; the server may ask it. */
  public EksAuthEmulator eksAuth() {
    return eksAuth;
  }

  /**
   * Who issues the tokens of service accounts; {@link #ACCOUNT} relies on it for the audience
   * {@code sts.amazonaws.com}.
   */
  public String issuer() {
    return kubernetes.issuer();
  }

  /** The node's metadata service, which demands session tokens and has the node's credentials. */
  public ImdsEmulator imds() {
    return imds;
  }

  /** The Kubernetes API. */
  public EmbeddedKubernetes kubernetes() {
    return kubernetes;
  }

  /** A client of the Kubernetes API. */
  public KubernetesClient client() {
    return client;
  }

  /** Tokens of pods. */
  public PodTokens tokens() {
    return new PodTokens(client, kubernetes.tokens());
  }

  /** The server. */
  public Server server() {
    return server;
  }

  /** The agent that was started with everything else. */
  public Agent agent() {
    return agent.orElseThrow(() -> new IllegalStateException("started without an agent"));
  }

  /** What the server was started with. */
  public List<String> serverFlags() {
    return serverFlags;
  }

  /** What the agent was started with. */
  public List<String> agentFlags() {
    return agentFlags;
  }

  /** What the server tells auditors. */
  public Path auditLog() {
    return directory.resolve("audit.jsonl");
  }

  /**
   * What an agent of the node is started with: free ports, state, pod and token of its own. For the
   * sandbox's own node too, where it is a second agent of the node's one pod.
   */
  public List<String> agentFlagsFor(String node) {
    List<String> flags = new ArrayList<>(agentFlags);
    flags.removeIf(
        flag -> flag.matches("--(port|admin-address|server-token-file|node-name|state-dir)=.*"));
    flags.addAll(
        List.of(
            "--port=0",
            "--admin-address=127.0.0.1:0",
            "--server-token-file=" + agentTokens.file(node),
            "--node-name=" + node,
            "--state-dir=" + directory.resolve("state-" + node)));
    return List.copyOf(flags);
  }

  /** The agents' own tokens, and their files. */
  public AgentTokens agentTokens() {
    return agentTokens;
  }

  /** Who signs the certificates of server and agents. */
  public Certificates authority() {
    return authority;
  }

  /**
   * The flags of mutual TLS for an agent, as kiam's manifests have them: a certificate that names
   * nobody.
   */
  public List<String> sharedCertificateFlags() {
    Certificates.Pem pem = authority.client("agent-" + NODE);
    return List.of("--cert=" + pem.certificate(), "--key=" + pem.key(), "--ca=" + pem.ca());
  }

  /** For kubectl. */
  public Path kubeconfig() {
    return directory.resolve("kubeconfig");
  }

  /** Where it is. */
  public Place place() {
    return place;
  }

  /** Whoever asks from this address of the pod network. */
  public PodClient podAt(String address) {
    return place.podAt(address, agent.map(Agent::port).orElse(0));
  }

  /** Stops everything, the last started first, and removes its files. */
  @Override
  public void close() {
    closeAll(closing);
  }

  /** One part's trouble does not keep the others. */
  private static void closeAll(CloseOrder closing) {
    List<Exception> troubles = closing.closeAll();
    if (!troubles.isEmpty()) {
      throw new IllegalStateException("a part of the sandbox did not stop", troubles.getLast());
    }
  }

  private static void deleteTree(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
