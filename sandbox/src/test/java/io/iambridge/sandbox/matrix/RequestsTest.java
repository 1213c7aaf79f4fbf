package io.iambridge.sandbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class RequestsTest {
  private static final Requests BEFORE =
      Requests.parse(
          """
          # TYPE iambridge_agent_requests_total counter
          iambridge_agent_requests_total{route="token",status="200"} 4.0
          iambridge_agent_requests_total{route="credentials",status="200"} 4.0
          iambridge_agent_imds_requests_total{version="v1"} 3.0
          iambridge_agent_imds_requests_total{version="v2"} 8.0
          """);

  private static final Requests AFTER =
      Requests.parse(
          """
          iambridge_agent_requests_total{route="token",status="200"} 6.0
          iambridge_agent_requests_total{route="credentials",status="200"} 5.0
          iambridge_agent_requests_total{route="credentials",status="503"} 1.0
          iambridge_agent_requests_total{route="role_list",status="200"} 1.0
          iambridge_agent_imds_requests_total{version="v1"} 3.0
          iambridge_agent_imds_requests_total{version="v2"} 1.2E1
          """);

  @Test
  void theDifferenceIsWhatCameBetween() {
    Requests sent = AFTER.since(BEFORE);

    assertThat(sent.counts())
        .isEqualTo(Map.of("token", 2L, "credentials", 1L, "credentials 503", 1L, "role_list", 1L));
    assertThat(sent.total()).isEqualTo(5);
    assertThat(sent.version()).isEqualTo("v2");
  }

  @Test
  void requestsAreToldInTheOrderOfClients() {
    assertThat(AFTER.since(BEFORE).text())
        .isEqualTo("5: 2 token, role list, credentials, credentials 503");
  }

  @Test
  void nothingAskedIsADash() {
    assertThat(AFTER.since(AFTER).version()).isEqualTo("–");
    assertThat(AFTER.since(AFTER).total()).isZero();
  }
}
