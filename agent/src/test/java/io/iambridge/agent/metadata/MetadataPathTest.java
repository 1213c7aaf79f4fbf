package io.iambridge.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataPathTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/latest",
        "/1.0/meta-data",
        "/2021-03-23/meta-data/ami-id",
        "/latest/meta-data/placement/region",
        "/latest/meta-data/network/interfaces/macs/02:00:0a:00:00:0a/ipv4-associations/1.2.3.4",
        "/latest/meta-data/tags/instance/kubernetes.io",
        "/latest/meta-data/tags/instance/.hidden",
        "/latest/meta-data/tags/instance/a@b~c_d",
        "/latest/dynamic/instance-identity/document",
        "/latest/user-data"
      })
  void plainPathsMayBeAsked(String path) {
    assertThat(MetadataPath.of(path)).hasValueSatisfying(p -> assertThat(p).hasToString(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/latest/meta-data/iam",
        "/latest/meta-data/iam/info",
        "/latest/meta-data/IAM/Security-Credentials/node",
        "/latest/meta-data/iam-info",
        "/latest/meta-data/-iam",
        "/latest/meta-data/.iam/x",
        "/latest/meta-data/i-am/security-credentials",
        "/latest/meta-data/security-credentials-extended",
        "/latest/meta-data/security_credentials",
        "/latest/meta-data/identity-credentials/ec2/info",
        "/latest/meta-data/x/identity.Credentials",
        "/latest/cre/den/ti/als",
        "/latest/api",
        "/latest/api/token",
        "/2021-03-23/API/Token",
        "/latest/x/api-token",
        "/latest/a/pitoken",
        "/latest/meta-data/managed-ssh-keys/active-keys/x"
      })
  void whatLooksLikeCredentialsIsNeverAsked(String path) {
    assertThat(MetadataPath.of(path)).isEmpty();
    assertThatThrownBy(() -> new MetadataPath(path)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "latest",
        "/latest/",
        "//latest",
        "/latest//x",
        "/Latest/meta-data",
        "/2.0/meta-data",
        "/anything/meta-data",
        "/latest/.",
        "/latest/..",
        "/latest/../x",
        "/latest/.../x",
        "/latest/%61",
        "/latest/a;b",
        "/latest/a\\b",
        "/latest/a?b",
        "/latest/a#b",
        "/latest/a b",
        "/latest/a\tb",
        "/latest/a\u0000",
        "/latest/a\nb",
        "/latest/a\n",
        "/latest/\u00e9",
        "http://169.254.169.254/latest/x"
      })
  void whatSomeServerCouldReadOtherwiseIsNeverAsked(String path) {
    assertThat(MetadataPath.of(path)).isEmpty();
  }

  @Test
  void overlongPathsAreNeverAsked() {
    assertThat(MetadataPath.of("/latest/" + "a".repeat(248))).isPresent();
    assertThat(MetadataPath.of("/latest/" + "a".repeat(249))).isEmpty();
  }
}
