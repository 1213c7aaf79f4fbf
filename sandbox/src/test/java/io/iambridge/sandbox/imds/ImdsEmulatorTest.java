package io.iambridge.sandbox.imds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.imds.ImdsSettings.VersionTwo;
import io.iambridge.sandbox.imds.SeenRequest.Meaning;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.sts.StsEmulator;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

class ImdsEmulatorTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String ROLES = "/latest/meta-data/iam/security-credentials/";
  private static final String REGION = "/latest/meta-data/placement/region";

  private final FakeClock clock = new FakeClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final Iam iam = new Iam(clock, new Random(3));
  private final List<ImdsEmulator> started = new ArrayList<>();

  private ImdsEmulator start(VersionTwo versionTwo) throws IOException {
    return start(versionTwo, clock, node(clock));
  }

  private static ImdsSettings settings(VersionTwo versionTwo) {
    return ImdsSettings.of(versionTwo, "eu-west-1", "123456789012");
  }

  private NodeRole node(InstantSource time) {
    return NodeRole.create(iam, settings(VersionTwo.REQUIRED), time);
  }

  private ImdsEmulator start(VersionTwo versionTwo, InstantSource time, NodeRole node)
      throws IOException {
    ImdsEmulator imds =
        ImdsEmulator.start(
            List.of(new InetSocketAddress(LOOPBACK, 0), new InetSocketAddress(LOOPBACK, 0)),
            settings(versionTwo),
            node,
            time,
            new Random(4));
    started.add(imds);
    return imds;
  }

  private static PodClient client(ImdsEmulator imds) {
    return new PodClient(LOOPBACK, imds.addresses().getFirst());
  }

  @AfterEach
  void stop() {
    started.forEach(ImdsEmulator::close);
  }

  @Test
  void withoutATokenNothingIsToldWhereItIsRequired() throws IOException {
    ImdsEmulator imds = start(VersionTwo.REQUIRED);
    PodClient client = client(imds);
    assertThat(client.get(ROLES, Optional.empty()).status()).isEqualTo(401);
    assertThat(client.get(ROLES, Optional.of("made-up")).status()).isEqualTo(401);
    PodAnswer token = client.token(60);
    assertThat(token.header("x-aws-ec2-metadata-token-ttl-seconds")).hasValue("60");
    assertThat(client.get(ROLES, Optional.of(token.body())).body()).isEqualTo("node");

    clock.advance(Duration.ofSeconds(60));

    assertThat(client.get(ROLES, Optional.of(token.body())).status()).isEqualTo(401);
  }

  @Test
  void tokensAreRefusedAsTheRealServiceRefusesThem() throws IOException {
    ImdsEmulator imds = start(VersionTwo.REQUIRED);
    PodClient client = client(imds);
    String ttl = "X-aws-ec2-metadata-token-ttl-seconds";
    assertThat(client.token(0).status()).isEqualTo(400);
    assertThat(client.token(21_601).status()).isEqualTo(400);
    assertThat(client.send("PUT", "/latest/api/token", Map.of()).status()).isEqualTo(400);
    assertThat(client.send("PUT", "/2021-03-23/api/token", Map.of(ttl, "60")).status())
        .isEqualTo(403);
    assertThat(
            client
                .send("PUT", "/latest/api/token", Map.of(ttl, "60", "X-Forwarded-For", "1.2.3.4"))
                .status())
        .isEqualTo(403);
    assertThat(client.send("POST", REGION, Map.of()).status()).isEqualTo(405);
  }

  @Test
  void whereTokensAreOptionalWhoSendsABadOneIsRefused() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    assertThat(client.get(REGION, Optional.empty()).body()).isEqualTo("eu-west-1");
    assertThat(client.get(REGION, Optional.of("made-up")).status()).isEqualTo(401);
  }

  @Test
  void beforeVersionTwoThereAreNoTokens() throws IOException {
    ImdsEmulator imds = start(VersionTwo.ABSENT);
    PodClient client = client(imds);
    assertThat(client.token(60).status()).isEqualTo(405);
    assertThat(client.get(REGION, Optional.of("ignored")).body()).isEqualTo("eu-west-1");
  }

  @Test
  void directoriesListNamesWithoutALineFeedAtTheEnd() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    assertThat(client.get("/latest", Optional.empty()).body())
        .isEqualTo("dynamic/\nmeta-data/\nuser-data");
    assertThat(client.get("/2021-03-23/meta-data/placement/", Optional.empty()).body())
        .isEqualTo("availability-zone\navailability-zone-id\nregion");
    assertThat(client.get("/latest/meta-data/nothing", Optional.empty()).status()).isEqualTo(404);
    assertThat(client.get("/nothing", Optional.empty()).status()).isEqualTo(404);
  }

  @Test
  void credentialsAreTheNodesForSts() throws IOException {
    NodeRole node = node(InstantSource.system());
    PodClient client = client(start(VersionTwo.OPTIONAL, InstantSource.system(), node));
    String document = client.get(ROLES + "node", Optional.empty()).body();
    AccessKey key = node.get();
    assertThat(document).contains("\"Code\" : \"Success\"", key.id(), key.secret());
    try (StsEmulator sts =
            StsEmulator.start(iam, "eu-west-1", 0, InstantSource.system(), new Random(5));
        StsClient asNode =
            StsClient.builder()
                .endpointOverride(sts.endpoint())
                .region(Region.EU_WEST_1)
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsSessionCredentials.create(
                            key.id(), key.secret(), key.temporary().orElseThrow().sessionToken())))
                .build()) {
      assertThat(asNode.getCallerIdentity().arn())
          .isEqualTo(node.sessionArn())
          .isEqualTo("arn:aws:sts::123456789012:assumed-role/node/i-0123456789abcdef0");
    }
  }

  @Test
  void credentialsAreReplacedBeforeTheyExpire() {
    NodeRole node = node(clock);
    AccessKey first = node.get();
    clock.advance(Duration.ofHours(5));
    assertThat(node.get()).isEqualTo(first);
    clock.advance(Duration.ofMinutes(50));
    assertThat(node.get().id()).isNotEqualTo(first.id());
  }

  @Test
  void everyByteOfATargetIsSeen() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    byte[] request =
        "get /latest/ a\t\u0000\u00c0\u00af?q#f HTTP/1.1\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    client.exchange(request);
    SeenRequest seen = imds.requests().getLast();
    assertThat(seen.method()).isEqualTo("get");
    assertThat(seen.target()).isEqualTo("/latest/ a\t\u0000\u00c0\u00af?q#f");
  }

  @Test
  void whatMayBeALeakIsSeenAndAnswered() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    client.get(REGION, Optional.empty());
    PodAnswer leak =
        client.get("/latest/x/%2e%2e/Meta-Data//%69am/../iam/info;x", Optional.empty());
    client.token(60);
    assertThat(leak.body()).contains("instance-profile/node");
    assertThat(imds.credentialRequests()).hasSize(1);
    assertThat(imds.tokenRequests()).hasSize(1);
    assertThat(imds.requests())
        .extracting(SeenRequest::meaning)
        .containsExactly(Meaning.HARMLESS, Meaning.CREDENTIALS, Meaning.TOKEN);
  }

  @Test
  void aConnectionServesSeveralRequests() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    String request = "GET " + REGION + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nxx";
    byte[] answers =
        client.exchange(
            (request + request + "GET / HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    assertThat(new String(answers, StandardCharsets.ISO_8859_1).split("eu-west-1", -1)).hasSize(3);
    assertThat(imds.requests()).hasSize(3);
  }

  @Test
  void faultsComeAndGo() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    imds.faults().failNext(1, 302);
    PodAnswer redirect = client.get(REGION, Optional.empty());
    assertThat(redirect.status()).isEqualTo(302);
    assertThat(redirect.header("location")).hasValue(ROLES + "node");
    assertThat(client.get(REGION, Optional.empty()).status()).isEqualTo(200);

    String token = client.token(60).body();
    imds.faults().forgetTokens();
    assertThat(client.get(REGION, Optional.of(token)).status()).isEqualTo(401);

    imds.faults().refuseTokens(403);
    assertThat(client.token(60).status()).isEqualTo(403);
    imds.faults().clear();
    assertThat(client.token(60).status()).isEqualTo(200);
  }

  @Test
  void connectionsAreRefusedWhileDownAtEveryAddress() throws IOException {
    ImdsEmulator imds = start(VersionTwo.OPTIONAL);
    PodClient client = client(imds);
    PodClient second = new PodClient(LOOPBACK, imds.addresses().get(1));
    assertThat(second.get(REGION, Optional.empty()).status()).isEqualTo(200);

    imds.goDown();

    assertThatThrownBy(() -> client.get(REGION, Optional.empty()))
        .isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> second.get(REGION, Optional.empty()))
        .isInstanceOf(ConnectException.class);
    imds.comeBack();
    assertThat(client.get(REGION, Optional.empty()).status()).isEqualTo(200);
    assertThat(second.get(REGION, Optional.empty()).status()).isEqualTo(200);
  }
}
