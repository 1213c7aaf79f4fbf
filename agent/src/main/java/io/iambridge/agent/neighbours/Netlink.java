package io.iambridge.agent.neighbours;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A socket on which the kernel tells of neighbours (netlink(7), rtnetlink(7)), which the JDK has
 * none of. Reading needs no right. Not for several threads at a time, but for {@link #await}.
 */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class Netlink implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int NETLINK_ROUTE = 0;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_TRUNC = 0x20;
  private static final short POLLIN = 1;

  /** The group RTNLGRP_NEIGH as a bit of the bind address. */
  private static final int RTMGRP_NEIGH = 1 << 2;

  private static final short RTM_GETNEIGH = 30;
  private static final short NLM_F_REQUEST_DUMP = 0x301;

  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENOBUFS = 105;

  /** A dump comes in pieces of so much; an event is a hundred bytes. */
  private static final int BUFFER_BYTES = 32 * 1024;

  /** A thousand events while we are not looking; the default is a fifth of it. */
  private static final int RECEIVE_BUFFER_BYTES = 1024 * 1024;

  private static final int ADDRESS_BYTES = 12;
  private static final int REQUEST_BYTES = 28;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;
  private static final MethodHandle SOCKET = function("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = function("bind", INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SEND =
      function("send", SIZE, INT, ValueLayout.ADDRESS, SIZE, INT);
  private static final MethodHandle RECVFROM =
      function(
          "recvfrom",
          SIZE,
          INT,
          ValueLayout.ADDRESS,
          SIZE,
          INT,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS);
  private static final MethodHandle POLL = function("poll", INT, ValueLayout.ADDRESS, SIZE, INT);
  private static final MethodHandle CLOSE = function("close", INT, INT);

  /** What {@link #receive} found. */
  enum Received {
    /** A datagram, which is in {@link #datagram}. */
    DATAGRAM,
    /** Something that is not the kernel's. */
    NOTHING_OF_USE,
    /** There is no more at this moment, or not in time. */
    EMPTY,
    /** More was told than the socket has room for, and it is lost. */
    LOST
  }

  private final int socket;
  private final boolean waits;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment state = arena.allocate(CALL_STATE);
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
  private final MemorySegment sender = arena.allocate(ADDRESS_BYTES, 8);
  private final MemorySegment senderLength = arena.allocate(INT);
  private final ByteBuffer bytes = buffer.asByteBuffer();

  private Netlink(int socket, boolean waits) {
    this.socket = socket;
    this.waits = waits;
  }

  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, parameters),
        Linker.Option.captureCallState("errno"));
  }

  /** Hears of every change of a neighbour from now on. */
  static Netlink forEvents() throws IOException {
    Netlink events = open(/* waits= */ false);
    try {
      events.setReceiveBuffer();
      events.bind(RTMGRP_NEIGH);
      return events;
    } catch (IOException e) {
      events.close();
      throw e;
    }
  }

  /** Is asked for all neighbours, and waits for the answer. */
  static Netlink forDump(Duration patience) throws IOException {
    Netlink dump = open(/* waits= */ true);
    try {
      dump.setTimeout(patience);
      dump.bind(/* groups= */ 0);
      dump.askForAll();
      return dump;
    } catch (IOException e) {
      dump.close();
      throw e;
    }
  }

  private static Netlink open(boolean waits) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int socket =
          (int) SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
      if (socket < 0) {
        throw failed("socket", state);
      }
      return new Netlink(socket, waits);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private void setReceiveBuffer() {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment value = confined.allocateFrom(INT, RECEIVE_BUFFER_BYTES);
      // With NET_ADMIN, which an agent that keeps rules has; else as much as anybody may have.
      if (set(SO_RCVBUFFORCE, value) != 0) {
        int _ = set(SO_RCVBUF, value);
      }
    }
  }

  private void setTimeout(Duration patience) throws IOException {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment time =
          confined.allocateFrom(SIZE, patience.toSeconds(), patience.toNanosPart() / 1000);
      if (set(SO_RCVTIMEO, time) != 0) {
        throw failed("setsockopt", state);
      }
    }
  }

  private int set(int option, MemorySegment value) {
    try {
      return (int)
          SETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, option, value, (int) value.byteSize());
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private void bind(int groups) throws IOException {
    try (Arena confined = Arena.ofConfined()) {
      // struct sockaddr_nl: family, padding, port id (0: the kernel chooses), groups.
      MemorySegment address = confined.allocate(ADDRESS_BYTES, 8);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
      address.set(INT, 8, groups);
      if ((int) BIND.invokeExact(state, socket, address, ADDRESS_BYTES) != 0) {
        throw failed("bind", state);
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private void askForAll() throws IOException {
    try (Arena confined = Arena.ofConfined()) {
      // struct nlmsghdr and an empty struct ndmsg: every family.
      MemorySegment request = confined.allocate(REQUEST_BYTES, 8);
      request.set(INT, 0, REQUEST_BYTES);
      request.set(ValueLayout.JAVA_SHORT, 4, RTM_GETNEIGH);
      request.set(ValueLayout.JAVA_SHORT, 6, NLM_F_REQUEST_DUMP);
      request.set(INT, 8, 1);
      if ((long) SEND.invokeExact(state, socket, request, (long) REQUEST_BYTES, 0) < 0) {
        throw failed("send", state);
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Takes the next datagram. */
  Received receive() throws IOException {
    try {
      senderLength.set(INT, 0, ADDRESS_BYTES);
      long length =
          (long)
              RECVFROM.invokeExact(
                  state,
                  socket,
                  buffer,
                  (long) BUFFER_BYTES,
                  waits ? MSG_TRUNC : MSG_TRUNC | MSG_DONTWAIT,
                  sender,
                  senderLength);
      if (length < 0) {
        return switch ((int) ERRNO.get(state, 0L)) {
          case EAGAIN -> Received.EMPTY;
          case EINTR -> Received.NOTHING_OF_USE;
          case ENOBUFS -> Received.LOST;
          default -> throw failed("recvfrom", state);
        };
      }
      if (length > BUFFER_BYTES) {
        return Received.LOST;
      }
      bytes.clear().limit((int) length);
      // Port 0 is the kernel.
      return sender.get(INT, 4) == 0 ? Received.DATAGRAM : Received.NOTHING_OF_USE;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** What {@link #receive} has found, until the next one. */
  ByteBuffer datagram() {
    return bytes;
  }

  /** Waits until there is something to receive, or patience ends. */
  void await(Duration patience) throws IOException {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment own = confined.allocate(CALL_STATE);
      MemorySegment poll = confined.allocate(8, 8);
      poll.set(INT, 0, socket);
      poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
      int ready = (int) POLL.invokeExact(own, poll, 1L, (int) patience.toMillis());
      if (ready < 0 && (int) ERRNO.get(own, 0L) != EINTR) {
        throw failed("poll", own);
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  @Override
  public void close() {
    try {
      int _ = (int) CLOSE.invokeExact(state, socket);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static IOException failed(String function, MemorySegment state) {
    return new IOException("netlink " + function + ": errno " + (int) ERRNO.get(state, 0L));
  }

  private static IOException rethrown(Throwable e) {
    return e instanceof IOException io ? io : new IOException(unchecked(e));
  }

  /** Only what is declared by a method handle is neither. */
  private static RuntimeException unchecked(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }
}
