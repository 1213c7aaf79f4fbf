package io.iambridge.agent.testing;

import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.Ambiguous;
import io.iambridge.proto.v1.Binding;
import io.iambridge.proto.v1.Caller;
import io.iambridge.proto.v1.Denial;
import io.iambridge.proto.v1.NoRole;
import io.iambridge.proto.v1.Reason;
import java.util.List;

/** What a server pushes for an address. */
public final class Addresses {
  private Addresses() {}

  /** A pod with a role; its session is named after the role. */
  public static Address bound(String ip, String podUid, String roleArn) {
    return bound(ip, podUid, roleArn, "session-of-" + roleArn);
  }

  /** A pod with a role and a session. */
  public static Address bound(String ip, String podUid, String roleArn, String session) {
    return caller(
        ip, pod(podUid).setBinding(Binding.newBuilder().setRoleArn(roleArn).setSession(session)));
  }

  /** A pod that may not have its role. */
  public static Address denied(String ip, String podUid, Reason reason, String message) {
    return caller(
        ip, pod(podUid).setDenial(Denial.newBuilder().setReason(reason).setMessage(message)));
  }

  /** A pod without role. */
  public static Address withoutRole(String ip, String podUid) {
    return caller(ip, pod(podUid).setNoRole(NoRole.getDefaultInstance()));
  }

  /** Several pods. */
  public static Address ambiguous(String ip, String... pods) {
    return Address.newBuilder()
        .setIp(ip)
        .setAmbiguous(Ambiguous.newBuilder().addAllPods(List.of(pods)))
        .build();
  }

  /** Nobody. */
  public static Address nobody(String ip) {
    return Address.newBuilder().setIp(ip).build();
  }

  private static Caller.Builder pod(String podUid) {
    return Caller.newBuilder().setPodUid(podUid).setNamespace("default").setPodName(podUid);
  }

  private static Address caller(String ip, Caller.Builder caller) {
    return Address.newBuilder().setIp(ip).setCaller(caller).build();
  }
}
