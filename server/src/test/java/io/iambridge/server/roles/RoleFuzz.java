package io.iambridge.server.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

/** A role is refused with one clear line, or is an ARN that reads as itself; sessions are legal. */
public final class RoleFuzz {
  private static final RoleResolver ROLES = RoleResolver.forAccount("aws", "123456789012");
  private static final String LEGAL_ARN =
      "arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:role/(?:[!-~]*/)?[A-Za-z0-9_+=,.@-]{1,64}";

  private RoleFuzz() {}

  /** The bytes are a role as an annotation says it. */
  public static void run(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    assertThat(new SessionNames("fallback").of(text)).matches("kiam-[A-Za-z0-9_+=,.@-]{1,59}");
    RoleArn role;
    try {
      role = ROLES.resolve(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageMatching("[ -~…]{1,300}");
      return;
    }
    String arn = role.toString();
    assertThat(arn).matches(LEGAL_ARN).endsWith(text);
    assertThat(RoleArn.parse(arn)).isEqualTo(role);
    assertThat(ROLES.resolve(arn)).isEqualTo(role);
    if (!text.startsWith("arn:")) {
      assertThat(role.account()).isEqualTo("123456789012");
    }
  }
}
