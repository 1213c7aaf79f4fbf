package io.iambridge.agent.neighbours;

import io.iambridge.agent.neighbours.Neighbour.Link;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads rtnetlink's messages about neighbours (rtnetlink(7), linux/neighbour.h). What makes no
 * sense is passed over, and so is what tells nobody's identity: entries without a link-layer
 * address (not resolved, or failed), those of interfaces that have none, and proxies.
 *
 * <p>That an entry went away is not read either: the kernel collects entries that are not used, and
 * finds the same neighbour again later.
 */
final class NeighbourMessages {
  private static final int MESSAGE_HEADER = 16;
  private static final int NEIGHBOUR_HEADER = 12;
  private static final int ATTRIBUTE_HEADER = 4;

  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int RTM_NEWNEIGH = 28;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  private static final int NUD_INCOMPLETE = 0x01;
  private static final int NUD_FAILED = 0x20;
  private static final int NUD_NOARP = 0x40;
  private static final int TELLS_NOTHING = NUD_INCOMPLETE | NUD_FAILED | NUD_NOARP;
  private static final int NTF_PROXY = 0x08;

  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;
  private static final int TYPE_WITHOUT_FLAGS = 0x3fff;
  private static final int LONGEST_LINK_ADDRESS = 32;

  private static final HexFormat HEX = HexFormat.ofDelimiter(":");

  /** Whether a dump goes on after what was read. */
  enum End {
    GOES_ON,
    DONE,
    FAILED
  }

  private NeighbourMessages() {}

  /** Reads one datagram, which may hold several messages. */
  static End read(ByteBuffer datagram, Consumer<Neighbour> found) {
    ByteBuffer in = datagram.order(ByteOrder.nativeOrder());
    while (in.remaining() >= MESSAGE_HEADER) {
      int start = in.position();
      int length = in.getInt(start);
      if (length < MESSAGE_HEADER || length > in.remaining()) {
        return End.GOES_ON;
      }
      switch (Short.toUnsignedInt(in.getShort(start + 4))) {
        case NLMSG_DONE -> {
          return End.DONE;
        }
        case NLMSG_ERROR -> {
          return End.FAILED;
        }
        case RTM_NEWNEIGH -> {
          Neighbour neighbour =
              neighbour(
                  in.slice(start + MESSAGE_HEADER, length - MESSAGE_HEADER)
                      .order(ByteOrder.nativeOrder()));
          if (neighbour != null) {
            found.accept(neighbour);
          }
        }
        default -> {}
      }
      in.position(Math.min(in.limit(), start + aligned(length)));
    }
    return End.GOES_ON;
  }

  private static @Nullable Neighbour neighbour(ByteBuffer in) {
    if (in.remaining() < NEIGHBOUR_HEADER) {
      return null;
    }
    int addressLength =
        switch (in.get(0)) {
          case AF_INET -> 4;
          case AF_INET6 -> 16;
          // A bridge's, for one: which port of it has seen a MAC.
          default -> 0;
        };
    int interfaceIndex = in.getInt(4);
    boolean tellsNothing =
        (Short.toUnsignedInt(in.getShort(8)) & TELLS_NOTHING) != 0 || (in.get(10) & NTF_PROXY) != 0;
    if (addressLength == 0 || tellsNothing) {
      return null;
    }
    byte[] address = null;
    byte[] link = null;
    in.position(NEIGHBOUR_HEADER);
    while (in.remaining() >= ATTRIBUTE_HEADER) {
      int start = in.position();
      int length = Short.toUnsignedInt(in.getShort(start));
      if (length < ATTRIBUTE_HEADER || length > in.remaining()) {
        break;
      }
      byte[] value = new byte[length - ATTRIBUTE_HEADER];
      in.get(start + ATTRIBUTE_HEADER, value);
      switch (in.getShort(start + 2) & TYPE_WITHOUT_FLAGS) {
        case NDA_DST -> address = value;
        case NDA_LLADDR -> link = value;
        default -> {}
      }
      in.position(Math.min(in.limit(), start + aligned(length)));
    }
    if (address == null
        || link == null
        || address.length != addressLength
        || link.length == 0
        || link.length > LONGEST_LINK_ADDRESS) {
      return null;
    }
    return neighbour(address, new Link(interfaceIndex, HEX.formatHex(link)));
  }

  /** Of an address that can be a pod's; a link-local one may be another's on each interface. */
  private static @Nullable Neighbour neighbour(byte[] bytes, Link link) {
    InetAddress address;
    try {
      address = InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("four or sixteen bytes are an address", e);
    }
    return address.isLoopbackAddress()
            || address.isMulticastAddress()
            || address.isLinkLocalAddress()
            || address.isAnyLocalAddress()
        ? null
        : new Neighbour(address, link);
  }

  private static int aligned(int length) {
    return (length + 3) & ~3;
  }
}
