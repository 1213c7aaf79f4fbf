package io.iambridge.server.kiamapi;

import io.iambridge.proto.kiam.Role;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Our words as kiam's server writes them. */
final class KiamAnswers {
  private KiamAnswers() {}

  /**
   * The role as its pod names it, permitted or not, as kiam's server says it. Where the pod is
   * bound to another role than it names, that one's ARN: kiam's agent puts it before the pod as it
   * is, and the pod asks for it by that.
   */
  static Role role(PodBinding binding, RoleResolver roles) {
    String named = binding.pod().annotations().getOrDefault(Binder.ROLE, "");
    return Role.newBuilder()
        .setName(
            binding.entitlement() instanceof Entitlement.Binding(var session)
                    && !isRole(named, session.role(), roles)
                ? session.role().toString()
                : named)
        .build();
  }

  /** Whether the text, a name, a path and name or an ARN, means the role. */
  static boolean isRole(String text, RoleArn role, RoleResolver roles) {
    try {
      return roles.resolve(text).equals(role);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static io.iambridge.proto.kiam.Credentials credentials(Credentials credentials) {
    return io.iambridge.proto.kiam.Credentials.newBuilder()
        .setCode("Success")
        .setType("AWS-HMAC")
        .setAccessKeyId(credentials.accessKeyId())
        .setSecretAccessKey(credentials.secretAccessKey())
        .setToken(credentials.sessionToken())
        .setExpiration(time(credentials.expiration()))
        .setLastUpdated(time(credentials.issued()))
        .build();
  }

  /** As the metadata service writes times: no fraction, or some SDKs cannot read it. */
  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
