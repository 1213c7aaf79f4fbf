package io.iambridge.server.sts;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.StsOutcome;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What a failed call of STS means to us, and one line about it in AWS's own words.
 *
 * @see <a href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">the errors
 *     of AssumeRole</a>
 */
final class StsFailure {
  private static final int MAX_MESSAGE = 400;
  private static final String MASK = "********";

  private StsFailure() {}

  static IssueException of(SdkException e, Session session) {
    return new IssueException(reason(e), message(e, session), e);
  }

  static StsOutcome outcome(Reason reason) {
    return switch (reason) {
      case STS_DENIED -> StsOutcome.DENIED;
      case STS_REJECTED -> StsOutcome.REJECTED;
      case STS_THROTTLED -> StsOutcome.THROTTLED;
      default -> StsOutcome.UNAVAILABLE;
    };
  }

  /** An error of ours (expired or wrong own credentials, a clock that is off) is not the role's. */
  private static Reason reason(SdkException e) {
    if (!(e instanceof AwsServiceException aws)) {
      return Reason.STS_UNAVAILABLE;
    }
    if (aws.isThrottlingException()) {
      return Reason.STS_THROTTLED;
    }
    String code = code(aws);
    return switch (code) {
      case "AccessDenied", "AccessDeniedException" -> Reason.STS_DENIED;
      case "ValidationError",
          "InvalidParameterValue",
          "MalformedPolicyDocument",
          "PackedPolicyTooLarge",
          "RegionDisabledException" ->
          Reason.STS_REJECTED;
      default ->
          code.startsWith("Throttling") || code.equals("RequestLimitExceeded")
              ? Reason.STS_THROTTLED
              : Reason.STS_UNAVAILABLE;
    };
  }

  private static String message(SdkException e, Session session) {
    String text =
        e instanceof AwsServiceException aws && aws.awsErrorDetails() != null
            ? code(aws) + ": " + aws.awsErrorDetails().errorMessage()
            : String.valueOf(e.getMessage());
    // A ValidationError quotes what was wrong; the external id is masked everywhere, as in kiam.
    String masked = session.externalId().map(id -> text.replace(id, MASK)).orElse(text);
    return "STS gave no credentials for " + session + ": " + oneLine(masked);
  }

  static String oneLine(String text) {
    String line = text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?").strip();
    return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE) + "…";
  }

  static String code(AwsServiceException aws) {
    AwsErrorDetails details = aws.awsErrorDetails();
    return details == null || details.errorCode() == null
        ? "HTTP " + aws.statusCode()
        : details.errorCode();
  }
}
