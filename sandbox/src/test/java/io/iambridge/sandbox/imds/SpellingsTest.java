package io.iambridge.sandbox.imds;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.agent.Agent;
import io.iambridge.agent.metadata.MetadataPath;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.SandboxPorts;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.imds.ImdsSettings.VersionTwo;
import io.iambridge.sandbox.imds.SeenRequest.Meaning;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The way to the true metadata service, from a pod through a real agent whose operator allows
 * everything, to a stand-in that takes for credentials what any server in the world would.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpellingsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String POD = "127.0.0.11";
  private static final String REGION = "/latest/meta-data/placement/region";

  private final Sandbox sandbox = Sandbox.start(SandboxPorts.FREE);
  private final ImdsSettings settings =
      ImdsSettings.of(VersionTwo.REQUIRED, Sandbox.REGION, Sandbox.ACCOUNT);
  private final NodeRole node = NodeRole.create(sandbox.iam(), settings, sandbox.clock());
  private final ImdsEmulator imds = start(settings, node, sandbox);
  private final Agent agent =
      sandbox.startAgent(
          "--port=0",
          "--admin-address=127.0.0.1:0",
          "--allow-route-regexp=.*",
          "--metadata-address=127.0.0.1:" + imds.addresses().getFirst().getPort());

  private static ImdsEmulator start(ImdsSettings settings, NodeRole node, Sandbox sandbox) {
    try {
      return ImdsEmulator.start(
          List.of(new InetSocketAddress(LOOPBACK, 0)),
          settings,
          node,
          sandbox.clock(),
          new Random(1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeAll
  void awaitPod() {
    DemoCluster.create(sandbox);
    await().atMost(PATIENCE).until(() -> pod().roles(Optional.empty()).status() == 200);
    // The first request of a cold agent may take longer than it waits.
    await()
        .atMost(PATIENCE)
        .until(() -> pod().get("/latest/meta-data/instance-id", Optional.empty()).status() == 200);
  }

  @BeforeEach
  void begin() {
    imds.faults().clear();
    imds.forgetRequests();
  }

  @AfterAll
  void stop() {
    imds.close();
    sandbox.close();
  }

  private PodClient pod() {
    return new PodClient(InetAddress.ofLiteral(POD), new InetSocketAddress(LOOPBACK, agent.port()));
  }

  private void assertNoLeak() {
    assertThat(imds.credentialRequests()).isEmpty();
    // The agent's own tokens, made as no pod can make a request.
    assertThat(imds.tokenRequests())
        .allSatisfy(request -> {
          assertThat(request.method()).isEqualTo("PUT");
          assertThat(request.target()).isEqualTo("/latest/api/token");
          assertThat(request.header("user-agent")).hasValue("iambridge-agent");
        })
        .hasSizeLessThanOrEqualTo(1);
  }

  private void assertHarmlessPathsArrive() throws IOException {
    // One that no cache can have.
    String tag = "/latest/meta-data/tags/instance/" + System.identityHashCode(new Object());
    // Spellings that were harmless have used up what a pod may ask in this second.
    await().atMost(PATIENCE).until(() -> pod().get(tag, Optional.empty()).status() == 404);
    assertThat(imds.requests()).extracting(SeenRequest::target).contains(tag);
  }

  @Test
  void thereAreAtLeastThreeHundredDistinctSpellings() throws IOException {
    assertThat(Spellings.written()).hasSizeGreaterThanOrEqualTo(300).doesNotHaveDuplicates();
  }

  /** Otherwise it would prove nothing that none arrives. */
  @Test
  void theStandInTakesEverySpellingForWhatItIs() throws IOException {
    PodClient direct = new PodClient(LOOPBACK, imds.addresses().getFirst());
    List<String> taken = new ArrayList<>();
    for (String spelling : Spellings.written()) {
      imds.forgetRequests();
      direct.exchange(Spellings.request(spelling));
      if (imds.requests().stream().anyMatch(request -> request.meaning() != Meaning.HARMLESS)) {
        taken.add(spelling);
      }
    }
    assertThat(taken).isEqualTo(Spellings.written());
  }

  @Test
  void noSpellingOfCredentialsOrTokensReachesTheTrueService() throws IOException {
    AccessKey nodes = node.get();
    for (String spelling : Spellings.written()) {
      String answer = new String(pod().exchange(Spellings.request(spelling)), ISO_8859_1);
      assertThat(answer).as(spelling).doesNotContain(nodes.id(), nodes.secret());
      assertThat(imds.credentialRequests()).as(spelling).isEmpty();
    }
    assertNoLeak();
    assertHarmlessPathsArrive();
  }

  private String ask(String target) throws IOException {
    return new String(pod().exchange(Spellings.request("GET " + target)), ISO_8859_1);
  }

  private static boolean isTooMuch(String answer) {
    return answer.contains("too much is asked");
  }

  @Test
  void noRandomSpellingReachesTheTrueService() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      String target = Spellings.random(random);
      // What is refused for being too much would prove nothing.
      if (isTooMuch(ask(target))) {
        await().atMost(PATIENCE).until(() -> !isTooMuch(ask(target)));
      }
      assertThat(imds.credentialRequests()).as("seed %d: %s", seed, target).isEmpty();
    }
    assertNoLeak();
    assertHarmlessPathsArrive();
  }

  /** The gate alone, without sockets: what it lets through no server reads in another way. */
  @Test
  void whatMayBeAskedIsHarmlessToTheMostLiberalServer() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int asked = 0;
    for (int i = 0; i < 100_000; i++) {
      Optional<MetadataPath> path = MetadataPath.of(Spellings.random(random));
      if (path.isPresent()) {
        asked++;
        String target = path.get().value();
        assertThat(LiberalTarget.of(target).meaning())
            .as("seed %d: %s", seed, target)
            .isEqualTo(Meaning.HARMLESS);
      }
    }
    assertThat(asked).as("paths that were let through").isGreaterThan(500);
  }

  @Test
  void nothingOfAPodsRequestIsCopied() throws IOException {
    // The version is one that no other test asks, so that no cache has it.
    String path = "/2008-02-01/meta-data/placement/region";
    PodAnswer answer =
        pod()
            .send(
                "GET",
                path + "?secret=1",
                Map.of(
                    "X-Forwarded-For", "10.0.0.1",
                    "X-Original-URL", "/latest/meta-data/iam/info",
                    "Cookie", "a=b",
                    "User-Agent", "pod"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Sandbox.REGION);
    SeenRequest seen = imds.requests().getLast();
    assertThat(seen.target()).isEqualTo(path);
    assertThat(seen.header("user-agent")).hasValue("iambridge-agent");
    assertThat(seen.header("host")).hasValue("127.0.0.1:" + imds.addresses().getFirst().getPort());
    assertThat(seen.headers().keySet())
        .isSubsetOf(
            "host",
            "user-agent",
            "x-aws-ec2-metadata-token",
            "connection",
            "content-length",
            "http2-settings",
            "upgrade");
    assertThat(seen.hadToken()).isTrue();
  }

  @Test
  void aPodsTokenHasToBeGoodAndNeverLeavesTheNode() throws IOException {
    assertThat(pod().get(REGION, Optional.of("made-up")).status()).isEqualTo(401);
    assertThat(imds.requests()).isEmpty();
    String token = pod().token(60).body();
    String path = "/2008-02-02/meta-data/placement/region";
    assertThat(pod().get(path, Optional.of(token)).body()).isEqualTo(Sandbox.REGION);
    assertThat(imds.requests())
        .isNotEmpty()
        .allSatisfy(seen -> assertThat(seen.headers().values()).doesNotContain(token));
  }

  @Test
  void anUnknownCallerIsToldNothing() throws IOException {
    PodClient stranger =
        new PodClient(
            InetAddress.ofLiteral("127.0.0.99"), new InetSocketAddress(LOOPBACK, agent.port()));
    assertThat(stranger.get(REGION, Optional.empty()).status()).isEqualTo(503);
    assertThat(imds.requests()).isEmpty();
  }

  @Test
  void aRedirectionIsNotFollowed() throws IOException {
    imds.faults().failNext(1, 301);
    PodAnswer answer = pod().get("/2008-02-03/meta-data/placement/region", Optional.empty());
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("location")).isEmpty();
    assertThat(imds.credentialRequests()).isEmpty();
  }

  @Test
  void tokensThatTheServiceForgetsAreReplacedUnnoticed() throws IOException {
    String path = "/2008-02-04/meta-data/placement/region";
    assertThat(pod().get(path, Optional.empty()).status()).isEqualTo(200);
    imds.faults().forgetTokens();
    PodAnswer answer = pod().get("/2008-02-05/meta-data/placement/region", Optional.empty());
    assertThat(answer.body()).isEqualTo(Sandbox.REGION);
    assertThat(answer.header("content-type")).hasValue("text/plain");
  }

  @Test
  void aServiceThatHangsOrIsGoneIsA503InTime() throws IOException {
    imds.faults().hang();
    PodAnswer hanging = pod().get("/2008-02-06/meta-data/placement/region", Optional.empty());
    assertThat(hanging.status()).isEqualTo(503);
    assertThat(hanging.body()).contains("does not answer in time");
    imds.faults().clear();
    imds.goDown();
    try {
      PodAnswer gone = pod().get("/2008-02-07/meta-data/placement/region", Optional.empty());
      assertThat(gone.status()).isEqualTo(503);
      assertThat(gone.body()).contains("cannot be");
      assertThat(gone.header("retry-after")).hasValue("1");
    } finally {
      imds.comeBack();
    }
    assertThat(pod().get("/2008-02-08/meta-data/placement/region", Optional.empty()).status())
        .isEqualTo(200);
  }
}
