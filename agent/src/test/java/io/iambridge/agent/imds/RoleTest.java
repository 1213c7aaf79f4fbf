package io.iambridge.agent.imds;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoleTest {
  private final Role role = new Role("arn:aws-cn:iam::123456789012:role/team/app");

  @ParameterizedTest
  @CsvSource({
    "app, true",
    "/app, true",
    "team/app, true",
    "/team/app, true",
    "arn:aws-cn:iam::123456789012:role/team/app, true",
    "App, false",
    "team, false",
    "//team/app, false",
    "x/app, false",
    "role/team/app, false",
    "/arn:aws-cn:iam::123456789012:role/team/app, false",
    "arn:aws:iam::123456789012:role/team/app, false",
    "'', false"
  })
  void spellings(String text, boolean same) {
    assertThat(role.isSpelled(text)).isEqualTo(same);
  }

  @Test
  void profileHasTheRolesPathAndPartition() {
    assertThat(role.instanceProfileArn())
        .isEqualTo("arn:aws-cn:iam::123456789012:instance-profile/team/app");
  }
}
