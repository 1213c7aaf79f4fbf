package io.iambridge.server.eksauth;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.targets.Finding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EksAuthFailureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AccessDeniedException | Unauthorized Exception! EKS does not have permissions to assume the associated role. | TRUST_DENIES_SUBJECT
          AccessDeniedException | User: arn:aws:sts::123456789012:assumed-role/server/i-1 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:eu-west-1:123456789012:cluster/sandbox | SERVER_NOT_PERMITTED
          ResourceNotFoundException | No association found for service account app in namespace apps | NO_ASSOCIATION
          ResourceNotFoundException | No cluster found for name: sandbox. | NO_CLUSTER_NAME
          ExpiredTokenException | Token is expired | TOKEN_REJECTED
          ExpiredTokenException | The security token included in the request is expired | SERVER_NOT_PERMITTED
          InvalidTokenException | The token is not valid | TOKEN_REJECTED
          UnrecognizedClientException | The security token included in the request is invalid. | SERVER_NOT_PERMITTED
          InvalidSignatureException | Signature expired | SERVER_NOT_PERMITTED
          InvalidParameterException | The parameter is invalid | REQUEST_REJECTED
          InvalidRequestException | The request is invalid | REQUEST_REJECTED
          ThrottlingException | Rate exceeded | THROTTLED
          InternalServerException | Something went wrong | UNREACHABLE
          ServiceUnavailableException | The service is unavailable | UNREACHABLE
          SomethingNew | whatever it says | UNREACHABLE
          """)
  void codeAndWordsOfEksAuthSayWhatToChange(String code, String message, Finding finding) {
    assertThat(EksAuthFailure.finding(code, message)).isEqualTo(finding);
  }
}
