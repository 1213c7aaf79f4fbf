package io.iambridge.server.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RoleArnTest {
  @ParameterizedTest
  @CsvSource({
    "arn:aws:iam::123456789012:role/app, aws, 123456789012, /, app",
    "arn:aws:iam::123456789012:role/team/a/app, aws, 123456789012, /team/a/, app",
    "arn:aws-cn:iam::123456789012:role/app, aws-cn, 123456789012, /, app",
    "arn:aws-us-gov:iam::000000000000:role/a+=.@_-b, aws-us-gov, 000000000000, /, a+=.@_-b",
    "arn:aws-iso-b:iam::123456789012:role/app, aws-iso-b, 123456789012, /, app",
  })
  void anArnIsTakenApartAndPutTogether(
      String arn, String partition, String account, String path, String name) {
    assertThat(RoleArn.parse(arn)).isEqualTo(new RoleArn(partition, account, path, name));
    assertThat(RoleArn.parse(arn)).hasToString(arn);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "arn:",
        "arn:foo",
        "arn:aws:iam::123456789012",
        "arn:aws:iam::123456789012:role",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/team/",
        "arn:aws:iam::123456789012:role//app",
        "arn:aws:iam::123456789012:roleapp",
        "arn:aws:iam::123456789012:user/app",
        "arn:aws:iam::123456789012:instance-profile/app",
        "arn:aws:iam::12345678901:role/app",
        "arn:aws:iam::1234567890123:role/app",
        "arn:aws:iam:eu-west-1:123456789012:role/app",
        "arn:aws:sts::123456789012:assumed-role/app/session",
        "arn:AWS:iam::123456789012:role/app",
        "arn:aws-:iam::123456789012:role/app",
        "ARN:aws:iam::123456789012:role/app",
        "arn:aws:iam::123456789012:role/app app",
        "arn:aws:iam::123456789012:role/app\n",
        "arn:aws:iam::123456789012:role/te am/app",
        "arn:aws:iam::１２３４５６７８９０１２:role/app",
        "arn:aws:iam::123456789012:role/app:1",
      })
  void whatIsNoRoleArnIsRefused(String arn) {
    assertThatIllegalArgumentException().isThrownBy(() -> RoleArn.parse(arn));
  }

  @Test
  void lengthsThatIamRefusesAreRefused() {
    String base = "arn:aws:iam::123456789012:role/";
    assertThat(RoleArn.parse(base + "a".repeat(64)).name()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> RoleArn.parse(base + "a".repeat(65)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RoleArn.parse(base + "p/".repeat(256) + "app"));
  }

  @Test
  void aMessageShowsWhatTheTenantWroteOnOneShortPrintableLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RoleArn.parse("arn:\n\u0000\u202e" + "x".repeat(10_000)))
        .satisfies(
            e -> assertThat(e.getMessage()).matches("[ -~…]{1,300}").contains("\"arn:???xxx"));
  }
}
