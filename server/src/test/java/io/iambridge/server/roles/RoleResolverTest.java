package io.iambridge.server.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RoleResolverTest {
  private static final String BASE = "arn:aws:iam::123456789012:role/";

  private final RoleResolver resolver = new RoleResolver(BASE);

  @ParameterizedTest
  @CsvSource({
    "app, arn:aws:iam::123456789012:role/app",
    "/app, arn:aws:iam::123456789012:role/app",
    "team/app, arn:aws:iam::123456789012:role/team/app",
    "/team/app, arn:aws:iam::123456789012:role/team/app",
    "arn:aws:iam::210987654321:role/other, arn:aws:iam::210987654321:role/other",
    "arn:aws-cn:iam::210987654321:role/x/other, arn:aws-cn:iam::210987654321:role/x/other",
  })
  void namesPathsAndArnsResolveAsInKiam(String annotation, String arn) {
    assertThat(resolver.resolve(annotation)).hasToString(arn);
  }

  /** kiam indexes the split ARN without looking: one such annotation ends every server. */
  @ParameterizedTest
  @ValueSource(strings = {"arn:foo", "arn:", "arn:a:b:c:d", "arn:aws:iam::x:role", "//app", "app/"})
  void malformedArnIsAnErrorOfItsPodAndNothingElse(String annotation) {
    assertThatIllegalArgumentException().isThrownBy(() -> resolver.resolve(annotation));
  }

  @Test
  void theBaseIsAPlainPrefixAsInKiam() {
    RoleResolver prefixed = new RoleResolver(BASE + "k8s/team-");
    assertThat(prefixed.resolve("app")).hasToString(BASE + "k8s/team-app");
  }

  @Test
  void onlyASlashMissingAfterRoleIsAdded() {
    RoleResolver bare = new RoleResolver("arn:aws:iam::123456789012:role");
    assertThat(bare.resolve("app")).hasToString(BASE + "app");
    assertThat(bare).hasToString(BASE);
  }

  @Test
  void theDetectedBaseKeepsThePartition() {
    assertThat(RoleResolver.forAccount("aws-us-gov", "123456789012").resolve("app"))
        .hasToString("arn:aws-us-gov:iam::123456789012:role/app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "role/", "arn:aws:iam::1234:role/", "arn:aws:iam::123456789012:user/"})
  void aBaseThatNoRoleCanFollowIsRefusedAtStart(String base) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RoleResolver(base))
        .withMessageContaining("is not a base like arn:aws:iam::123456789012:role/");
  }
}
