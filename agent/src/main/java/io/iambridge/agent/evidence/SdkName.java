package io.iambridge.agent.evidence;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the SDK in a User-Agent: products with versions, as in RFC 9110 section 10.1.5. Several are
 * the rule, and the first one that is an SDK counts: boto3 and the AWS CLI name botocore after
 * themselves, Terraform and the like come before the SDK that they are made with.
 */
final class SdkName {
  /** What the contract permits. */
  static final int MOST_CHARACTERS = 32;

  /** No client that we know sends more; the rest is not looked at. */
  private static final int MOST_LOOKED_AT = 512;

  /** As the SDKs write themselves, in lower case. */
  private static final Set<String> SDKS =
      Set.of(
          "aws-cli",
          "aws-sdk-cpp",
          "aws-sdk-dotnet",
          "aws-sdk-dotnet-35",
          "aws-sdk-dotnet-45",
          "aws-sdk-dotnet-core",
          "aws-sdk-dotnet-coreclr",
          "aws-sdk-go",
          "aws-sdk-go-v2",
          "aws-sdk-java",
          "aws-sdk-js",
          "aws-sdk-kotlin",
          "aws-sdk-nodejs",
          "aws-sdk-php",
          "aws-sdk-php2",
          "aws-sdk-ruby",
          "aws-sdk-ruby2",
          "aws-sdk-ruby3",
          "aws-sdk-rust",
          "aws-sdk-swift",
          "boto",
          "boto3",
          "botocore",
          "minio-go",
          "s3cmd");

  /**
   * What SDKs that name themselves nowhere, and people, ask with. Less than an SDK, and more than
   * nothing: only when the User-Agent has no SDK.
   */
  private static final Set<String> LIBRARIES =
      Set.of(
          "apache-httpclient",
          "axios",
          "curl",
          "go-http-client",
          "guzzlehttp",
          "java",
          "node-fetch",
          "okhttp",
          "python-requests",
          "python-urllib",
          "python-urllib3",
          "ruby",
          "undici",
          "wget");

  private SdkName() {}

  /** The SDK, or {@link Sdk#UNKNOWN}; its texts hold printable ASCII only. */
  static Sdk of(@Nullable String userAgent) {
    if (userAgent == null) {
      return Sdk.UNKNOWN;
    }
    Sdk library = Sdk.UNKNOWN;
    int end = Math.min(userAgent.length(), MOST_LOOKED_AT);
    for (int from = 0; from < end; ) {
      int space = userAgent.indexOf(' ', from);
      int to = space < 0 || space > end ? end : space;
      String product = userAgent.substring(from, to);
      int slash = product.indexOf('/');
      String name = (slash < 0 ? product : product.substring(0, slash)).toLowerCase(Locale.ROOT);
      if (SDKS.contains(name)) {
        return new Sdk(name, version(product, slash));
      }
      if (!library.isKnown() && LIBRARIES.contains(name)) {
        library = new Sdk(name, version(product, slash));
      }
      from = to + 1;
    }
    return library;
  }

  private static String version(String product, int slash) {
    if (slash < 0) {
      return "";
    }
    // minio-go/v7.0.34
    int from = product.startsWith("v", slash + 1) ? slash + 2 : slash + 1;
    int to = from;
    while (to < product.length() && to - from < MOST_CHARACTERS && isPlain(product.charAt(to))) {
      to++;
    }
    return product.substring(from, to);
  }

  private static boolean isPlain(char c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '.'
        || c == '-'
        || c == '_'
        || c == '+';
  }
}
