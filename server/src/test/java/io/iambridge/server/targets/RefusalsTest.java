package io.iambridge.server.targets;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Mechanism.Kind;
import io.iambridge.server.testing.TargetFixtures;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalsTest {
  @ParameterizedTest
  @CsvSource({
    "NO_OIDC_PROVIDER, WEB_IDENTITY, WEB_IDENTITY_REJECTED",
    "WRONG_AUDIENCE, WEB_IDENTITY, WEB_IDENTITY_REJECTED",
    "TOKEN_REJECTED, WEB_IDENTITY, WEB_IDENTITY_REJECTED",
    "TOKEN_REJECTED, POD_IDENTITY, WEB_IDENTITY_REJECTED",
    "TRUST_DENIES_SUBJECT, WEB_IDENTITY, STS_DENIED",
    "TRUST_DENIES_SUBJECT, POD_IDENTITY, STS_DENIED",
    "CHAIN_DENIED, WEB_IDENTITY, STS_DENIED",
    "REQUEST_REJECTED, WEB_IDENTITY, STS_REJECTED",
    "THROTTLED, WEB_IDENTITY, STS_THROTTLED",
    "THROTTLED, POD_IDENTITY, STS_THROTTLED",
    "UNREACHABLE, WEB_IDENTITY, STS_UNAVAILABLE",
    "UNREACHABLE, POD_IDENTITY, EKS_AUTH_UNAVAILABLE",
    "NO_ASSOCIATION, POD_IDENTITY, NO_ASSOCIATION",
    "DIFFERENT_ROLE, POD_IDENTITY, NO_ASSOCIATION",
    "NO_CLUSTER_NAME, POD_IDENTITY, EKS_AUTH_UNAVAILABLE",
    "SERVER_NOT_PERMITTED, POD_IDENTITY, EKS_AUTH_UNAVAILABLE",
  })
  void failureOfAwsHasAReason(Finding finding, Kind kind, Reason reason) {
    assertThat(Refusals.reason(kind, new TargetException(finding, "no"))).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "TOKEN_NOT_PERMITTED, TOKEN_NOT_PERMITTED",
    "NO_SERVICE_ACCOUNT, TOKEN_UNAVAILABLE",
    "REQUEST_REJECTED, TOKEN_UNAVAILABLE",
    "THROTTLED, TOKEN_UNAVAILABLE",
    "UNREACHABLE, TOKEN_UNAVAILABLE",
  })
  void failureOfTheTokenHasAReason(Finding finding, Reason reason) {
    assertThat(Refusals.reason(Kind.WEB_IDENTITY, TargetException.ofToken(finding, "no")))
        .isEqualTo(reason);
  }

  @ParameterizedTest
  @EnumSource(value = Finding.class, mode = EnumSource.Mode.EXCLUDE, names = "READY")
  void messageIsOneLineWithTheFindingAndTheServicesWords(Finding finding) {
    IssueException refusal =
        Refusals.of(
            TargetFixtures.webIdentity(Optional.empty(), Optional.empty()),
            new TargetException(finding, "its words"));
    assertThat(refusal)
        .hasMessageContaining(finding.word() + ": its words")
        .hasMessageContaining("system:serviceaccount:apps:app");
    assertThat(refusal.getMessage()).doesNotContain("\n");
  }

  @Test
  void personIsToldWhatToChange() {
    assertThat(
            Refusals.of(
                TargetFixtures.podIdentity(Optional.empty()),
                new TargetException(Finding.NO_ASSOCIATION, "No association found")))
        .hasMessage(
            "EKS Auth gave no credentials for arn:aws:iam::123456789012:role/team/app as apps-app-1"
                + " by pod identity of system:serviceaccount:apps:app: no-association: No association"
                + " found. To change: make a Pod Identity association for the service account");
  }
}
