package io.iambridge.agent.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SdkNameTest {
  /** As the clients of docs/sdk-matrix.md and their like send it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Boto3/1.26.27 Python/3.11.2 Linux/6.1 Botocore/1.29.27 | boto3 | 1.26.27
          Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11 | boto3 | 1.44.5
          Botocore/1.13.20 Python/3.7.3 Linux/5.4 | botocore | 1.13.20
          Boto/2.49.0 Python/3.9.2 Linux/5.10 | boto | 2.49.0
          aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12 prompt/off command/sts botocore/2.9.19 | aws-cli | 2.9.19
          aws-cli/1.46.3 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 | aws-cli | 1.46.3
          aws-sdk-java/1.11.677 Linux/5.4 OpenJDK_64-Bit_Server_VM/11 java/11.0.2 | aws-sdk-java | 1.11.677
          aws-sdk-java/2.57.8 ua/2.1 os/Linux#6.1 lang/java#17 | aws-sdk-java | 2.57.8
          aws-sdk-java/2.26.0-SNAPSHOT Linux/6.1 | aws-sdk-java | 2.26.0-SNAPSHOT
          aws-sdk-go/1.55.8 (go1.22.0; linux; amd64) | aws-sdk-go | 1.55.8
          aws-sdk-go-v2/1.47.7 os/linux lang/go#1.22 md/GOOS#linux md/GOARCH#amd64 api/imds#1.16 | aws-sdk-go-v2 | 1.47.7
          APN/1.0 HashiCorp/1.0 Terraform/1.3.7 (+https://www.terraform.io) aws-sdk-go/1.44.122 (go1.19) | aws-sdk-go | 1.44.122
          aws-sdk-nodejs/2.1693.0 linux/v18.19.0 | aws-sdk-nodejs | 2.1693.0
          aws-sdk-js/3.1169.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#18.19.0 | aws-sdk-js | 3.1169.0
          aws-sdk-ruby2/2.11.632 ruby/2.7.0 x86_64-linux | aws-sdk-ruby2 | 2.11.632
          aws-sdk-ruby3/3.168.1 | aws-sdk-ruby3 | 3.168.1
          aws-sdk-php/3.287.1 OS/Linux/6.1 lang/php/8.2 GuzzleHttp/7 | aws-sdk-php | 3.287.1
          aws-sdk-dotnet-coreclr/3.7.734.0 .NET_Core/6.0 OS/Linux | aws-sdk-dotnet-coreclr | 3.7.734.0
          aws-sdk-cpp/1.11.263 Linux/6.1 x86_64 GCC/12 | aws-sdk-cpp | 1.11.263
          aws-sdk-rust/1.3.3 ua/2.1 api/imds/1.1 os/linux lang/rust/1.76 | aws-sdk-rust | 1.3.3
          MinIO (linux; amd64) minio-go/v7.0.34 | minio-go | 7.0.34
          s3cmd/2.3.0 | s3cmd | 2.3.0
          curl/7.88.1 | curl | 7.88.1
          Go-http-client/1.1 | go-http-client | 1.1
          python-urllib3/2.2.1 | python-urllib3 | 2.2.1
          Java/1.8.0_292 | java | 1.8.0_292
          okhttp/4.9 aws-sdk-kotlin/1.0.1 | aws-sdk-kotlin | 1.0.1
          boto3 | boto3 | ''
          Mozilla/5.0 (X11; Linux x86_64) | '' | ''
          """)
  void namesTheSdkAndItsVersion(String userAgent, String name, String version) {
    assertThat(SdkName.of(userAgent)).isEqualTo(new Sdk(name, version));
  }

  @Test
  void whatNobodySentIsUnknown() {
    assertThat(SdkName.of(null)).isEqualTo(Sdk.UNKNOWN);
    assertThat(SdkName.of("")).isEqualTo(Sdk.UNKNOWN);
    assertThat(SdkName.of("   ")).isEqualTo(Sdk.UNKNOWN);
  }

  @Test
  void anEndlessVersionIsCut() {
    assertThat(SdkName.of("boto3/" + "1".repeat(10_000)).version())
        .hasSize(SdkName.MOST_CHARACTERS);
    assertThat(SdkName.of("x".repeat(10_000) + " boto3/1.0")).isEqualTo(Sdk.UNKNOWN);
  }

  @Test
  void aVersionHoldsNothingButPlainCharacters() {
    assertThat(SdkName.of("boto3/1.0\"},<b>é").version()).isEqualTo("1.0");
  }
}
