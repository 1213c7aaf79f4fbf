package io.iambridge.server.sts;

import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.OwnWords;
import io.iambridge.server.targets.TargetException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What a failed exchange of a token means, from STS's error codes and, where one code says several
 * things, from its words.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">
 *     the errors of AssumeRoleWithWebIdentity</a>
 */
final class WebIdentityFailure {
  private static final String NO_PROVIDER = "No OpenIDConnect provider found";
  private static final String AUDIENCE = "audience";
  private static final String MAX_SESSION = "MaxSessionDuration";

  private WebIdentityFailure() {}

  /** Of the call with the pod's token. */
  static TargetException ofToken(SdkException e, String token) {
    return failure(e, Finding.TRUST_DENIES_SUBJECT, token);
  }

  /**
   * Of the call that assumes the second role.
   *
   * @param secrets what was sent with it, and the external id, which is masked as everywhere
   */
  static TargetException ofChain(SdkException e, String... secrets) {
    return failure(e, Finding.CHAIN_DENIED, secrets);
  }

  /** Whether the role allows no session of that length. */
  static boolean isTooLong(TargetException failure) {
    return failure.finding() == Finding.REQUEST_REJECTED
        && failure.ownWords().contains(MAX_SESSION);
  }

  private static TargetException failure(SdkException e, Finding denied, String... secrets) {
    if (!(e instanceof AwsServiceException aws)) {
      return new TargetException(
          Finding.UNREACHABLE, OwnWords.of(String.valueOf(e.getMessage()), secrets));
    }
    String code = StsFailure.code(aws);
    String message =
        aws.awsErrorDetails() == null ? "" : String.valueOf(aws.awsErrorDetails().errorMessage());
    Finding finding =
        aws.isThrottlingException() ? Finding.THROTTLED : finding(code, message, denied);
    return new TargetException(finding, OwnWords.of(code + ": " + message, secrets));
  }

  /** What STS's code and words mean. */
  static Finding finding(String code, String message, Finding denied) {
    return switch (code) {
      case "AccessDenied", "AccessDeniedException" -> denied;
      case "InvalidIdentityToken", "InvalidIdentityTokenException" -> invalidToken(message);
      case "ExpiredTokenException",
          "ExpiredToken",
          "IDPCommunicationError",
          "IDPCommunicationErrorException",
          "IDPRejectedClaim",
          "IDPRejectedClaimException" ->
          Finding.TOKEN_REJECTED;
      case "ValidationError",
          "InvalidParameterValue",
          "MalformedPolicyDocument",
          "PackedPolicyTooLarge",
          "RegionDisabledException" ->
          Finding.REQUEST_REJECTED;
      default ->
          code.startsWith("Throttling") || code.equals("RequestLimitExceeded")
              ? Finding.THROTTLED
              : Finding.UNREACHABLE;
    };
  }

  private static Finding invalidToken(String message) {
    if (message.contains(NO_PROVIDER)) {
      return Finding.NO_OIDC_PROVIDER;
    }
    return message.contains(AUDIENCE) ? Finding.WRONG_AUDIENCE : Finding.TOKEN_REJECTED;
  }

  static StsOutcome outcome(Finding finding) {
    return switch (finding) {
      case TRUST_DENIES_SUBJECT, CHAIN_DENIED -> StsOutcome.DENIED;
      case NO_OIDC_PROVIDER, WRONG_AUDIENCE, TOKEN_REJECTED, REQUEST_REJECTED ->
          StsOutcome.REJECTED;
      case THROTTLED -> StsOutcome.THROTTLED;
      default -> StsOutcome.UNAVAILABLE;
    };
  }
}
