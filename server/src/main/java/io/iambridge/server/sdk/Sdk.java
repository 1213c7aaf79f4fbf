package io.iambridge.server.sdk;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An SDK of AWS, and from which version on its default credentials use IRSA and EKS Pod Identity.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts-minimum-sdk.html">IRSA</a>
 * @see <a href="https://docs.aws.amazon.com/eks/latest/userguide/pod-id-minimum-sdk.html">EKS Pod
 *     Identity</a>
 */
@SuppressWarnings("ImmutableEnumChecker") // a record of numbers, and lists that cannot be changed
public enum Sdk {
  /** Also needs the module {@code sts} for IRSA, which no request shows. */
  JAVA_V2("AWS SDK for Java 2", "2.10.11", "2.21.30", "aws-sdk-java/2"),
  /** With the version that the older page names; the newer one wants 1.12.782. */
  JAVA_V1("AWS SDK for Java 1", "1.11.704", "1.12.746", "aws-sdk-java/1"),
  /** By the version of its core module in release-2023-11-14. */
  GO_V2("AWS SDK for Go 2", "0", "1.23.0", "aws-sdk-go-v2"),
  GO_V1("AWS SDK for Go 1", "1.23.13", "1.47.11", "aws-sdk-go/1"),
  BOTO3("boto3", "1.9.220", "1.34.41", "boto3"),
  /** The releases that came with those of boto3. */
  BOTOCORE("botocore", "1.12.220", "1.34.41", "botocore"),
  CLI_V2("AWS CLI 2", "2.0.0", "2.15.0", "aws-cli/2"),
  CLI_V1("AWS CLI 1", "1.16.232", "1.30.0", "aws-cli/1"),
  JS_V3("AWS SDK for JavaScript 3", "3.27.0", "3.458.0", "aws-sdk-js/3"),
  JS_V2("AWS SDK for JavaScript 2", "2.525.0", "2.1550.0", "aws-sdk-nodejs/2", "aws-sdk-js/2"),
  RUBY("AWS SDK for Ruby 3", "3.58.0", "3.188.0", "aws-sdk-ruby3", "aws-sdk-ruby/3"),
  DOTNET(
      "AWS SDK for .NET",
      "3.3.659.1",
      "3.7.734.0",
      "aws-sdk-dotnet-coreclr",
      "aws-sdk-dotnet-core",
      "aws-sdk-dotnet-45",
      "aws-sdk-dotnet-35",
      "aws-sdk-dotnet"),
  PHP("AWS SDK for PHP 3", "3.110.7", "3.287.1", "aws-sdk-php/3"),
  CPP("AWS SDK for C++", "1.7.174", "1.11.263", "aws-sdk-cpp");

  private final String title;
  private final SdkVersion irsa;
  private final SdkVersion podIdentity;
  private final List<String> products;

  /**
   * @param products of the User-Agent; one with a slash is for versions that begin with what
   *     follows
   */
  Sdk(String title, String irsa, String podIdentity, String... products) {
    this.title = title;
    this.irsa = SdkVersion.parse(irsa).orElseThrow();
    this.podIdentity = SdkVersion.parse(podIdentity).orElseThrow();
    this.products = List.of(products);
  }

  /**
   * The SDK of a User-Agent's product and version; empty for one that is not in the table.
   *
   * @param product {@code aws-sdk-java}, {@code Boto3}, …; case does not count
   */
  public static Optional<Sdk> of(String product, SdkVersion version) {
    String bare = product.toLowerCase(Locale.ROOT);
    String withMajor = bare + "/" + version.major();
    return Arrays.stream(values())
        .filter(sdk -> sdk.products.contains(bare) || sdk.products.contains(withMajor))
        .findFirst();
  }

  /** As AWS calls it. */
  public String title() {
    return title;
  }

  /** From which version on it uses IRSA. */
  public SdkVersion irsa() {
    return irsa;
  }

  /** From which version on it uses EKS Pod Identity. */
  public SdkVersion podIdentity() {
    return podIdentity;
  }
}
