package io.iambridge.sandbox.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A way to a port of this machine that can be broken: closed, cut, made late, or silent. For those
 * who are behind it; whoever goes to the port itself notices nothing.
 */
final class Relay implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final InetSocketAddress to;
  private final InetSocketAddress at;
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listener;
  private @Nullable Thread accepting;
  private volatile Duration late = Duration.ZERO;

  private Relay(InetSocketAddress to) throws IOException {
    this.to = to;
    ServerSocket first = listen(new InetSocketAddress(to.getAddress(), 0));
    this.at = new InetSocketAddress(to.getAddress(), first.getLocalPort());
  }

  static Relay to(int port) throws IOException {
    return new Relay(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  int port() {
    return at.getPort();
  }

  private ServerSocket listen(InetSocketAddress where) throws IOException {
    ServerSocket fresh = new ServerSocket();
    fresh.setReuseAddress(true);
    fresh.bind(where);
    listener = fresh;
    accepting = Thread.ofVirtual().name("relay").start(() -> acceptAll(fresh));
    return fresh;
  }

  private void acceptAll(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        Socket near = from.accept();
        try {
          pairs.add(new Pair(near, new Socket(to.getAddress(), to.getPort())).start());
        } catch (IOException e) {
          near.close();
        }
      } catch (IOException e) {
        // Closed: whoever comes now is refused.
      }
    }
  }

  /** Refuses connections, and ends those that there are, until {@link #open}. */
  synchronized void shut() throws IOException {
    ServerSocket open = listener;
    Thread thread = accepting;
    if (open != null && thread != null) {
      open.close();
      listener = null;
      // While it waits for somebody, somebody may still come.
      Threads.join(thread);
    }
    cut();
  }

  /** Takes connections again. */
  synchronized void open() throws IOException {
    if (listener == null) {
      listen(at);
    }
  }

  /** Ends every connection; new ones are taken. */
  void cut() {
    pairs.forEach(Pair::close);
  }

  /** What comes from the port comes so much later, and once more as long where much comes. */
  void answerLate(Duration by) {
    late = by;
  }

  /** Connections that exist carry nothing more, and nobody is told; new ones do. */
  void silence() {
    pairs.forEach(pair -> pair.silent = true);
  }

  @Override
  public void close() throws IOException {
    shut();
  }

  /** The two ends of one connection. */
  private final class Pair {
    private final Socket near;
    private final Socket far;
    private volatile boolean silent;

    Pair(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    Pair start() {
      Thread.ofVirtual().start(() -> pump(near, far, /* answers= */ false));
      Thread.ofVirtual().start(() -> pump(far, near, /* answers= */ true));
      return this;
    }

    private void pump(Socket from, Socket into, boolean answers) {
      byte[] chunk = new byte[CHUNK_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = into.getOutputStream();
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          if (answers && late.isPositive()) {
            LockSupport.parkNanos(late.toNanos());
          }
          if (!silent) {
            out.write(chunk, 0, read);
          }
        }
      } catch (IOException e) {
        // Its other end is gone, or we ended it.
      }
      if (!silent) {
        close();
      }
    }

    void close() {
      pairs.remove(this);
      for (Socket socket : new Socket[] {near, far}) {
        try {
          socket.close();
        } catch (IOException e) {
          // It is closed either way.
        }
      }
    }
  }
}
