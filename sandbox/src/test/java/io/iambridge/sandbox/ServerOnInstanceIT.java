package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.common.testing.Certificates;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.imds.ImdsEmulator;
import io.iambridge.sandbox.imds.ImdsSettings;
import io.iambridge.sandbox.imds.ImdsSettings.VersionTwo;
import io.iambridge.sandbox.imds.NodeRole;
import io.iambridge.sandbox.imds.SeenRequest;
import io.iambridge.sandbox.kubernetes.EmbeddedKubernetes;
import io.iambridge.sandbox.sts.StsEmulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server where it is told nothing: its role and its region come from the instance. */
final class ServerOnInstanceIT {
  private static final Path SERVER = Path.of("../server/target/iambridge-server.jar");
  private static final String ACCOUNT = "210987654321";

  /** The stand-in for STS takes signatures for this region only. */
  private static final String REGION = "ap-southeast-2";

  @TempDir private Path directory;

  @Test
  void roleBaseArnAndRegionAreFoundWhereTheMetadataServiceDemandsTokens() throws Exception {
    InstantSource clock = InstantSource.system();
    Iam iam = new Iam(clock, new Random(1));
    ImdsSettings instance = ImdsSettings.of(VersionTwo.REQUIRED, REGION, ACCOUNT);
    NodeRole node = NodeRole.create(iam, instance, clock);
    try (ImdsEmulator imds =
            ImdsEmulator.start(
                List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)),
                instance,
                node,
                clock,
                new Random(2));
        StsEmulator sts = StsEmulator.start(iam, REGION, 0, clock, new Random(3));
        EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start(0, clock, new Random(4))) {
      Path log = directory.resolve("server.log");
      Process server = start(imds, sts, kubernetes, log);
      try {
        await()
            .atMost(Programs.PATIENCE)
            .until(() -> !server.isAlive() || text(log).contains("Started; reading the cluster"));
        assertThat(text(log))
            .contains("roleBaseArn='arn:aws:iam::" + ACCOUNT + ":role/'")
            .doesNotContain("No AWS region is known");
      } finally {
        server.destroyForcibly().waitFor();
      }
      assertThat(sts.calls().received("GetCallerIdentity")).isPositive();
      assertThat(imds.requests()).extracting(SeenRequest::method).contains("PUT", "GET");
      assertThat(imds.requests())
          .filteredOn(request -> request.method().equals("GET"))
          .allMatch(SeenRequest::hadToken);
    }
  }

  private Process start(ImdsEmulator imds, StsEmulator sts, EmbeddedKubernetes kubernetes, Path log)
      throws IOException {
    Certificates.Pem pem =
        Certificates.authority(directory, "ca").server("server", "localhost", "127.0.0.1");
    Path kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: s, cluster: {server: "%s"}}]
        contexts: [{name: s, context: {cluster: s, user: s}}]
        users: [{name: s, user: {}}]
        current-context: s
        """
            .formatted(kubernetes.url()));
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // Of the AWS SDK, for credentials and region alike.
                "-Daws.ec2MetadataServiceEndpoint=" + imds.endpoint(),
                "-jar",
                SERVER.toString(),
                "--bind=127.0.0.1:0",
                "--admin-address=127.0.0.1:0",
                "--cert=" + pem.certificate(),
                "--key=" + pem.key(),
                "--ca=" + pem.ca(),
                "--kubeconfig=" + kubeconfig,
                "--sts-endpoint=" + sts.endpoint(),
                "--role-base-arn-autodetect")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("AWS_"));
    environment.put("AWS_CONFIG_FILE", directory.resolve("none").toString());
    environment.put("AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString());
    return builder.start();
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
