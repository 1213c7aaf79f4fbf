package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which requests are calls, and what is reported of them. */
class EvidenceReportTest {
  private static final String LIST = "/latest/meta-data/iam/security-credentials/";
  private static final String ROLE = "arn:aws:iam::123456789012:role/app";
  private static final String BOUND = "127.0.0.11";
  private static final String ROLELESS = "127.0.0.12";
  private static final String DENIED = "127.0.0.13";
  private static final String BOTO = "User-Agent: Boto3/1.26.27 Botocore/1.29.27";
  private static final String GO = "User-Agent: aws-sdk-go-v2/1.47.7 os/linux";

  @TempDir private Path dir;

  private static String line(Evidence one) {
    return String.join(
        " ",
        one.getPodUid(),
        one.getPath().name(),
        one.getOutcome().name(),
        one.getMechanism().name(),
        one.getSdk() + "/" + one.getSdkVersion());
  }

  private static int byToken(RunningAgent agent, String from, String... headers)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Authorization: e30.e30.c2ln");
    try (RawHttp connection = agent.connect(from)) {
      return connection
          .requestTo("169.254.170.23", "GET", "/v1/credentials", all.toArray(String[]::new))
          .status();
    }
  }

  @Test
  void callsForCredentialsAreReportedAndNothingElse() throws Exception {
    List<Evidence> reported;
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent.server().push(Addresses.bound(BOUND, "bound", ROLE));
      agent.server().push(Addresses.withoutRole(ROLELESS, "roleless"));
      agent
          .server()
          .push(Addresses.denied(DENIED, "denied", Reason.ROLE_NOT_PERMITTED, "not permitted"));
      await()
          .atMost(RunningAgent.PATIENCE)
          .until(() -> agent.get(DENIED, "/latest/meta-data/iam/info").status() == 403);
      assertThat(agent.get(BOUND, LIST, BOTO).status()).isEqualTo(200);
      assertThat(agent.get(BOUND, "/ping").status()).isEqualTo(200);
      assertThat(agent.get(BOUND, "/latest/meta-data/iam/info").status()).isEqualTo(200);
      assertThat(agent.get(BOUND, LIST + "app", BOTO).status()).isEqualTo(200);
      assertThat(agent.get(BOUND, LIST + "app", BOTO).status()).isEqualTo(200);
      assertThat(agent.get(BOUND, LIST + "other", BOTO).status()).isEqualTo(403);
      String token =
          agent
              .request(
                  BOUND, "PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60")
              .body();
      String shown = "X-aws-ec2-metadata-token: " + token;
      assertThat(agent.get(BOUND, LIST + "app", shown, GO).status()).isEqualTo(200);
      assertThat(agent.get(BOUND, LIST + "app", shown + "x", GO).status()).isEqualTo(401);
      assertThat(agent.get(ROLELESS, LIST).status()).isEqualTo(404);
      assertThat(agent.get(DENIED, LIST).status()).isEqualTo(403);
      assertThat(agent.get("127.0.0.14", LIST + "app").status()).isEqualTo(503);
      agent.server().token("e30.e30.c2ln", "bound");
      assertThat(byToken(agent, BOUND, GO)).isEqualTo(200);
      assertThat(byToken(agent, ROLELESS)).isEqualTo(404);
      agent.agent().close();
      reported = agent.server().evidence();
    }
    TreeMap<String, Long> counts = new TreeMap<>();
    reported.forEach(one -> counts.merge(line(one), one.getCalls(), Long::sum));
    assertThat(counts)
        .containsOnly(
            Map.entry("bound IMDS_V1 SERVED ASSUME_ROLE boto3/1.26.27", 2L),
            Map.entry("bound IMDS_V1 REFUSED MECHANISM_UNSPECIFIED boto3/1.26.27", 1L),
            Map.entry("bound IMDS_V2 SERVED ASSUME_ROLE aws-sdk-go-v2/1.47.7", 1L),
            Map.entry("bound EKS_AGENT SERVED ASSUME_ROLE aws-sdk-go-v2/1.47.7", 1L),
            Map.entry("roleless IMDS_V1 REFUSED MECHANISM_UNSPECIFIED /", 1L),
            Map.entry("roleless EKS_AGENT REFUSED MECHANISM_UNSPECIFIED /", 1L),
            Map.entry("denied IMDS_V1 REFUSED MECHANISM_UNSPECIFIED /", 1L));
  }
}
