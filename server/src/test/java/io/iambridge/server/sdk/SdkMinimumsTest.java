package io.iambridge.server.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.sdk.SdkMinimums.Support;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SdkMinimumsTest {
  @ParameterizedTest
  @CsvSource({
    "aws-sdk-java, 1.7.4, NO, NO",
    "aws-sdk-java, 1.11.703, NO, NO",
    "aws-sdk-java, 1.11.704, YES, NO",
    "aws-sdk-java, 1.12.745, YES, NO",
    "aws-sdk-java, 1.12.746, YES, YES",
    "aws-sdk-java, 2.0.0, NO, NO",
    "aws-sdk-java, 2.10.10, NO, NO",
    "aws-sdk-java, 2.10.11, YES, NO",
    "aws-sdk-java, 2.21.30, YES, YES",
    "aws-sdk-java, 2.9.30, NO, NO",
    "aws-sdk-go, 1.23.12, NO, NO",
    "aws-sdk-go, 1.23.13, YES, NO",
    "aws-sdk-go, 1.47.11, YES, YES",
    "aws-sdk-go-v2, 0.20.0, YES, NO",
    "aws-sdk-go-v2, 1.17.1, YES, NO",
    "aws-sdk-go-v2, v1.23.0, YES, YES",
    "Boto3, 1.9.219, NO, NO",
    "Boto3, 1.9.220, YES, NO",
    "boto3, 1.34.41, YES, YES",
    "Botocore, 1.12.219, NO, NO",
    "Botocore, 1.34.41, YES, YES",
    "aws-cli, 1.16.231, NO, NO",
    "aws-cli, 1.30.0, YES, YES",
    "aws-cli, 2.0.0, YES, NO",
    "aws-cli, 2.15.0, YES, YES",
    "aws-sdk-nodejs, 2.524.9, NO, NO",
    "aws-sdk-nodejs, 2.525.0, YES, NO",
    "aws-sdk-nodejs, 2.1550.0, YES, YES",
    "aws-sdk-js, 2.1549.0, YES, NO",
    "aws-sdk-js, 3.26.0, NO, NO",
    "aws-sdk-js, 3.27.0, YES, NO",
    "aws-sdk-js, 3.458.0, YES, YES",
    "aws-sdk-ruby3, 3.57.9, NO, NO",
    "aws-sdk-ruby3, 3.58.0, YES, NO",
    "aws-sdk-ruby3, 3.188.0, YES, YES",
    "aws-sdk-dotnet-coreclr, 3.3.659.0, NO, NO",
    "aws-sdk-dotnet-coreclr, 3.3.659.1, YES, NO",
    "aws-sdk-dotnet-45, 3.7.734.0, YES, YES",
    "aws-sdk-php, 3.110.6, NO, NO",
    "aws-sdk-php, 3.110.7, YES, NO",
    "aws-sdk-php, 3.287.1, YES, YES",
    "aws-sdk-cpp, 1.7.173, NO, NO",
    "aws-sdk-cpp, 1.7.174, YES, NO",
    "aws-sdk-cpp, 1.11.263, YES, YES",
  })
  void theTableIsAwssOwn(String product, String version, Support irsa, Support podIdentity) {
    assertThat(SdkMinimums.irsa(product, version)).isEqualTo(irsa);
    assertThat(SdkMinimums.podIdentity(product, version)).isEqualTo(podIdentity);
  }

  @ParameterizedTest
  @CsvSource({"minio-go, 7.0.1", "aws-sdk-java, 3.0.0", "aws-sdk-java, ''", "'', 1.0", "curl, x"})
  void whatIsNotInTheTableIsUnknown(String product, String version) {
    assertThat(SdkMinimums.irsa(product, version)).isEqualTo(Support.UNKNOWN);
    assertThat(SdkMinimums.podIdentity(product, version)).isEqualTo(Support.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1.0.0",
    "1.2, 1.2.0",
    "v1.2.3, 1.2.3",
    "1.2.3.4, 1.2.3.4",
    "2.20.1-SNAPSHOT, 2.20.1",
    "1.2.3rc1, 1.2.3",
    "1.2+build.5, 1.2.0",
  })
  void aVersionIsItsNumbers(String text, String numbers) {
    assertThat(SdkVersion.parse(text)).hasToString("Optional[" + numbers + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "v", ".1", "1.2.3.4.5", "9999999999", "-1"})
  void whatIsNoVersionIsNone(String text) {
    assertThat(SdkVersion.parse(text)).isEmpty();
  }

  @Test
  void numbersAreNotComparedAsText() {
    assertThat(SdkVersion.parse("1.10.0").orElseThrow())
        .isGreaterThan(SdkVersion.parse("1.9.220").orElseThrow());
  }

  @ParameterizedTest
  @EnumSource(Sdk.class)
  void noSdkHadPodIdentityBeforeIrsa(Sdk sdk) {
    assertThat(sdk.podIdentity()).isGreaterThanOrEqualTo(sdk.irsa());
  }
}
