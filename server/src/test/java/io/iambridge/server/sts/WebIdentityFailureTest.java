package io.iambridge.server.sts;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.targets.Finding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebIdentityFailureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          InvalidIdentityToken | No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123 | NO_OIDC_PROVIDER
          InvalidIdentityToken | Incorrect token audience | WRONG_AUDIENCE
          InvalidIdentityToken | Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements | TOKEN_REJECTED
          InvalidIdentityToken | The web identity token provided could not be validated | TOKEN_REJECTED
          InvalidIdentityToken | OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint | TOKEN_REJECTED
          AccessDenied | Not authorized to perform sts:AssumeRoleWithWebIdentity | TRUST_DENIES_SUBJECT
          ExpiredTokenException | Token expired: current date/time 1700000000 must be before the expiration date/time1600000000 | TOKEN_REJECTED
          IDPCommunicationError | Error communicating with the identity provider | TOKEN_REJECTED
          IDPRejectedClaim | The identity provider reported that authentication failed | TOKEN_REJECTED
          PackedPolicyTooLarge | Packed size of session tags consumes 101% of allotted space. | REQUEST_REJECTED
          MalformedPolicyDocument | The policy is malformed | REQUEST_REJECTED
          RegionDisabledException | STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console. | REQUEST_REJECTED
          ValidationError | The requested DurationSeconds exceeds the MaxSessionDuration set for this role. | REQUEST_REJECTED
          Throttling | Rate exceeded | THROTTLED
          ThrottlingException | Rate exceeded | THROTTLED
          RequestLimitExceeded | Request limit exceeded. | THROTTLED
          InternalFailure | We encountered an internal error. | UNREACHABLE
          ServiceUnavailable | Service unavailable | UNREACHABLE
          SomethingNew | whatever it says | UNREACHABLE
          """)
  void codeAndWordsOfStsSayWhatToChange(String code, String message, Finding finding) {
    assertThat(WebIdentityFailure.finding(code, message, Finding.TRUST_DENIES_SUBJECT))
        .isEqualTo(finding);
  }
}
