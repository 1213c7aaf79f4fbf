package io.iambridge.sandbox.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.imds.SeenRequest.Meaning;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiberalTargetTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/latest/meta-data/iam/security-credentials/node",
        "/latest/meta-data/iam",
        "/latest/meta-data/iam?x",
        "/latest/meta-data/iam#x",
        "/LATEST/Meta-Data/IAM/Security-Credentials/",
        "//latest/meta-data//iam//security-credentials",
        "/latest/x/../meta-data/./iam/",
        "/latest/meta-data/iam/x/../security-credentials",
        "/latest\\meta-data\\iam\\",
        "/latest/meta-data/%69am/",
        "/latest/meta-data/%2569am/",
        "/latest/meta-data/%25252569am/",
        "/latest/meta-data/%u0069am/",
        "/latest/meta-data%2fiam%2fsecurity-credentials",
        "/latest/meta-data/i%00am/",
        "/latest/meta-data/i\tam/",
        "/latest/meta-data%c0%afiam%c0%af",
        "/latest/meta-data/%c1%a9am/",
        "/latest/meta-data%e0%80%afiam/",
        "/latest/meta-data%c0%2fiam/",
        "/latest/meta-data/%ef%bd%89am/",
        "/latest;a=b/meta-data;c/iam;d/",
        "/latest/meta-data/network/..;/iam/",
        "http://169.254.169.254/latest/meta-data/iam/",
        "HTTP://user@x:80/latest/meta-data/iam/",
        "169.254.169.254:80/latest/meta-data/iam/",
        "/latest/meta-data/identity-credentials/ec2/",
        "/latest/meta-data/security_credentials"
      })
  void everySpellingOfCredentialsIsCredentials(String target) {
    assertThat(LiberalTarget.of(target).meaning()).isEqualTo(Meaning.CREDENTIALS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/latest/api/token",
        "/2021-03-23/API/token/",
        "/latest/api%2ftoken",
        "/latest/x/%252e%252e/api/token",
        "http://x/latest/api/token?a"
      })
  void everySpellingOfTokensIsTokens(String target) {
    assertThat(LiberalTarget.of(target).meaning()).isEqualTo(Meaning.TOKEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/latest/meta-data/",
        "/latest/meta-data/placement/region",
        "/latest/meta-data/ami-id",
        "/latest/dynamic/instance-identity/document",
        "/latest/meta-data/network/interfaces/macs/02:00:0a:00:00:0a/mac",
        "/%zz/%",
        "*",
        ""
      })
  void restIsHarmless(String target) {
    assertThat(LiberalTarget.of(target).meaning()).isEqualTo(Meaning.HARMLESS);
  }
}
