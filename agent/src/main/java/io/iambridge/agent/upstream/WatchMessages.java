package io.iambridge.agent.upstream;

import io.iambridge.agent.callers.Caller;
import io.iambridge.agent.callers.Caller.Ambiguous;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Entitlement;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.callers.Entitlement.Denial;
import io.iambridge.agent.callers.Entitlement.NoRole;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.Snapshot;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the server sends into the agent's words. Something that cannot be read makes its
 * address unknown: nobody is ever served by a guess.
 */
final class WatchMessages {
  private static final Logger LOG = LoggerFactory.getLogger(WatchMessages.class);

  private WatchMessages() {}

  static Map<InetAddress, Caller> callers(Snapshot snapshot) {
    Map<InetAddress, Caller> callers = new HashMap<>();
    for (Address address : snapshot.getAddressesList()) {
      read(address, callers::put);
    }
    return callers;
  }

  /** Takes one address and its new state. */
  @FunctionalInterface
  interface AddressReader {
    void read(InetAddress address, Caller caller);
  }

  static void read(Address message, AddressReader reader) {
    InetAddress address;
    try {
      // Never a name: ofLiteral does not ask DNS.
      address = InetAddress.ofLiteral(message.getIp());
    } catch (IllegalArgumentException e) {
      LOG.atError()
          .addKeyValue("ip", message.getIp())
          .log("The server sent no IP address: ignored");
      return;
    }
    reader.read(address, caller(message));
  }

  private static Caller caller(Address message) {
    try {
      return switch (message.getStateCase()) {
        case CALLER -> known(message.getCaller());
        case AMBIGUOUS -> new Ambiguous(message.getAmbiguous().getPodsList());
        case STATE_NOT_SET -> Caller.UNKNOWN;
      };
    } catch (IllegalArgumentException e) {
      LOG.atError()
          .addKeyValue("ip", message.getIp())
          .setCause(e)
          .log("The server sent a caller that makes no sense: taken for unknown");
      return Caller.UNKNOWN;
    }
  }

  static Known known(io.iambridge.proto.v1.Caller caller) {
    Entitlement entitlement =
        switch (caller.getEntitlementCase()) {
          case BINDING ->
              new Binding(caller.getBinding().getRoleArn(), caller.getBinding().getSession());
          case DENIAL ->
              new Denial(caller.getDenial().getReason(), caller.getDenial().getMessage());
          case NO_ROLE -> new NoRole();
          // A newer server's word that this agent does not know.
          case ENTITLEMENT_NOT_SET ->
              new Denial(
                  Reason.REASON_UNSPECIFIED,
                  "the server's decision is not understood by this version of the agent");
        };
    return new Known(caller.getPodUid(), caller.getNamespace(), caller.getPodName(), entitlement);
  }
}
