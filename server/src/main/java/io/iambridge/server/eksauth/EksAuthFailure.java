package io.iambridge.server.eksauth;

import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.OwnWords;
import io.iambridge.server.targets.TargetException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What a failed call of EKS Auth means, from its error codes and, where one code says several
 * things, from its words.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html">
 *     the errors of AssumeRoleForPodIdentity</a>
 */
final class EksAuthFailure {
  /** Of the role's trust policy: "EKS does not have permissions to assume the associated role". */
  private static final String ASSOCIATED_ROLE = "associated role";

  /** Of our own credentials, and not of the pod's token. */
  private static final String OWN_TOKEN = "security token included in the request";

  private static final String NO_CLUSTER = "No cluster found";

  private EksAuthFailure() {}

  static TargetException of(SdkException e, String token) {
    if (!(e instanceof AwsServiceException aws)) {
      return new TargetException(
          Finding.UNREACHABLE, OwnWords.of(String.valueOf(e.getMessage()), token));
    }
    AwsErrorDetails details = aws.awsErrorDetails();
    String code =
        details == null || details.errorCode() == null
            ? "HTTP " + aws.statusCode()
            : details.errorCode();
    String message = details == null ? "" : String.valueOf(details.errorMessage());
    Finding finding = aws.isThrottlingException() ? Finding.THROTTLED : finding(code, message);
    return new TargetException(finding, OwnWords.of(code + ": " + message, token));
  }

  /** What EKS Auth's code and words mean. */
  static Finding finding(String code, String message) {
    return switch (code) {
      case "ResourceNotFoundException" ->
          message.contains(NO_CLUSTER) ? Finding.NO_CLUSTER_NAME : Finding.NO_ASSOCIATION;
      case "AccessDeniedException" ->
          message.contains(ASSOCIATED_ROLE)
              ? Finding.TRUST_DENIES_SUBJECT
              : Finding.SERVER_NOT_PERMITTED;
      case "ExpiredTokenException", "InvalidTokenException" ->
          message.contains(OWN_TOKEN) ? Finding.SERVER_NOT_PERMITTED : Finding.TOKEN_REJECTED;
      case "UnrecognizedClientException",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "IncompleteSignatureException",
          "MissingAuthenticationTokenException" ->
          Finding.SERVER_NOT_PERMITTED;
      case "InvalidParameterException", "InvalidRequestException", "ValidationException" ->
          Finding.REQUEST_REJECTED;
      case "ThrottlingException" -> Finding.THROTTLED;
      // InternalServerException, ServiceUnavailableException, and what is not in the list.
      default -> Finding.UNREACHABLE;
    };
  }

  static StsOutcome outcome(Finding finding) {
    return switch (finding) {
      case TRUST_DENIES_SUBJECT, NO_ASSOCIATION, SERVER_NOT_PERMITTED -> StsOutcome.DENIED;
      case NO_CLUSTER_NAME, TOKEN_REJECTED, REQUEST_REJECTED -> StsOutcome.REJECTED;
      case THROTTLED -> StsOutcome.THROTTLED;
      default -> StsOutcome.UNAVAILABLE;
    };
  }
}
