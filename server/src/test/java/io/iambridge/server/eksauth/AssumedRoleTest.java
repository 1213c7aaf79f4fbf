package io.iambridge.server.eksauth;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.roles.RoleArn;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssumedRoleTest {
  @ParameterizedTest
  @CsvSource({
    "arn:aws:sts::123456789012:assumed-role/app/eks-sandbox-app-1-uuid, true",
    "arn:aws:iam::123456789012:role/team/app, true",
    "arn:aws:sts::123456789012:assumed-role/other/eks-sandbox-app-1-uuid, false",
    "arn:aws:sts::210987654321:assumed-role/app/eks-sandbox-app-1-uuid, false",
    "arn:aws-cn:sts::123456789012:assumed-role/app/eks-sandbox-app-1-uuid, false",
    "arn:aws:iam::123456789012:user/app, false",
    "'', false",
  })
  void rolesAreOneWhenAccountAndNameAre(String given, boolean same) {
    RoleArn wanted = RoleArn.parse("arn:aws:iam::123456789012:role/team/app");
    assertThat(AssumedRole.parse(given).isOf(wanted)).isEqualTo(same);
  }
}
