package io.iambridge.server.grpc;

import com.google.protobuf.Timestamp;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.Ambiguous;
import io.iambridge.proto.v1.Binding;
import io.iambridge.proto.v1.Caller;
import io.iambridge.proto.v1.Denial;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.NoRole;
import io.iambridge.proto.v1.ReviewTokenResponse;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.Occupant;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import java.net.InetAddress;
import java.time.Instant;

/** Our words as the contract writes them. */
final class Messages {
  private Messages() {}

  static Address address(InetAddress address, Occupant occupant) {
    Address.Builder message = Address.newBuilder().setIp(address.getHostAddress());
    return switch (occupant) {
      case Occupant.One(var caller) -> message.setCaller(caller(caller)).build();
      case Occupant.Several(var pods) ->
          message.setAmbiguous(Ambiguous.newBuilder().addAllPods(pods)).build();
      case Occupant.Nobody() -> message.build();
    };
  }

  static ReviewTokenResponse tokenHolder(PodBinding binding, Instant tokenExpiration) {
    return ReviewTokenResponse.newBuilder()
        .setCaller(
            caller(io.iambridge.server.callers.Caller.of(binding.pod(), binding.entitlement())))
        .setTokenExpiration(timestamp(tokenExpiration))
        .setHostNetwork(binding.pod().hostNetwork())
        .build();
  }

  private static Caller caller(io.iambridge.server.callers.Caller caller) {
    Caller.Builder message =
        Caller.newBuilder()
            .setPodUid(caller.podUid())
            .setNamespace(caller.namespace())
            .setPodName(caller.podName());
    return switch (caller.entitlement()) {
      case Entitlement.Binding(var session) ->
          message
              .setBinding(
                  Binding.newBuilder()
                      .setRoleArn(session.role().toString())
                      .setSession(session.id()))
              .build();
      case Entitlement.Denial(var reason, var text, var _) ->
          message.setDenial(Denial.newBuilder().setReason(reason).setMessage(text)).build();
      case Entitlement.NoRole() -> message.setNoRole(NoRole.getDefaultInstance()).build();
    };
  }

  static GetCredentialsResponse credentials(Credentials credentials, Instant now) {
    return GetCredentialsResponse.newBuilder()
        .setAccessKeyId(credentials.accessKeyId())
        .setSecretAccessKey(credentials.secretAccessKey())
        .setSessionToken(credentials.sessionToken())
        .setIssued(timestamp(credentials.issued()))
        .setExpiration(timestamp(credentials.expiration()))
        .setNow(timestamp(now))
        .setMechanism(mechanism(credentials.mechanism()))
        .setFallback(credentials.fallback())
        .build();
  }

  private static io.iambridge.proto.v1.Mechanism mechanism(Mechanism.Kind kind) {
    return switch (kind) {
      case ASSUME_ROLE -> io.iambridge.proto.v1.Mechanism.ASSUME_ROLE;
      case WEB_IDENTITY -> io.iambridge.proto.v1.Mechanism.WEB_IDENTITY;
      case POD_IDENTITY -> io.iambridge.proto.v1.Mechanism.POD_IDENTITY;
    };
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
