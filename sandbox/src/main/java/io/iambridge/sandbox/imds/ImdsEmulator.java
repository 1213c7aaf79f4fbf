package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.iam.AccessKey;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata service of one node, at any list of addresses.
 *
 * <p>How it works. It reads requests byte by byte from the socket, because a server would refuse or
 * correct what tests have to see. Each is remembered before it is answered. What it means is
 * decided by the most liberal reading there is, and answered by it: a request that any real server
 * would take for one of credentials gets the node's here.
 */
public final class ImdsEmulator implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ImdsEmulator.class);
  private static final int BACKLOG = 1024;
  private static final long STOP_SECONDS = 5;

  private final ImdsHandler handler;
  private final ImdsFaults faults = new ImdsFaults();
  private final SeenRequests seen = new SeenRequests();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<InetSocketAddress> addresses;
  private final List<ServerSocket> listeners = new ArrayList<>();
  private final List<Future<?>> accepting = new ArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private ImdsEmulator(
      List<InetSocketAddress> addresses,
      ImdsSettings settings,
      Supplier<AccessKey> credentials,
      InstantSource clock,
      RandomGenerator random)
      throws IOException {
    this.handler =
        new ImdsHandler(
            settings,
            new InstanceDocuments(settings, credentials, clock),
            new IssuedTokens(clock, random, faults),
            faults);
    this.addresses = listen(addresses);
  }

  /**
   * Starts an emulator.
   *
   * @param addresses where to listen; port 0 lets the system choose, for each address its own
   * @param credentials the node's, temporary ones: a {@link NodeRole}
   * @throws IOException when an address cannot be listened on
   */
  public static ImdsEmulator start(
      List<InetSocketAddress> addresses,
      ImdsSettings settings,
      Supplier<AccessKey> credentials,
      InstantSource clock,
      RandomGenerator random)
      throws IOException {
    return new ImdsEmulator(addresses, settings, credentials, clock, random);
  }

  /** Where it listens, in the order asked for; the same after {@link #comeBack}. */
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /** The first address, as SDKs take it for endpoint. */
  public URI endpoint() {
    InetSocketAddress first = addresses.getFirst();
    String host = first.getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + first.getPort());
  }

  /** What goes wrong on purpose. */
  public ImdsFaults faults() {
    return faults;
  }

  /** The last 20,000 requests. */
  public List<SeenRequest> requests() {
    return seen.all();
  }

  /** Requests that the most liberal server would answer with something of the node's role. */
  public List<SeenRequest> credentialRequests() {
    return seen.credentials();
  }

  /** Requests that the most liberal server would take for ones of session tokens. */
  public List<SeenRequest> tokenRequests() {
    return seen.tokens();
  }

  /** Forgets all requests. */
  public void forgetRequests() {
    seen.clear();
  }

  /** Closes the ports and all connections: clients are refused until {@link #comeBack}. */
  public synchronized void goDown() {
    for (ServerSocket listener : listeners) {
      close(listener);
    }
    listeners.clear();
    // The kernel takes connections for as long as a thread still waits for one.
    accepting.forEach(ImdsEmulator::awaitEnd);
    accepting.clear();
    connections.forEach(ImdsEmulator::close);
  }

  /**
   * Listens again at the same addresses.
   *
   * @throws IOException when somebody else has taken a port meanwhile
   */
  public synchronized void comeBack() throws IOException {
    if (listeners.isEmpty()) {
      listen(addresses);
    }
  }

  @Override
  public void close() {
    goDown();
    faults.clear();
    threads.shutdownNow();
  }

  private synchronized List<InetSocketAddress> listen(List<InetSocketAddress> wanted)
      throws IOException {
    List<InetSocketAddress> bound = new ArrayList<>();
    for (InetSocketAddress address : wanted) {
      ServerSocket listener = new ServerSocket();
      listeners.add(listener);
      try {
        listener.setReuseAddress(true);
        listener.bind(address, BACKLOG);
      } catch (IOException e) {
        goDown();
        throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
      }
      bound.add(new InetSocketAddress(address.getAddress(), listener.getLocalPort()));
      accepting.add(threads.submit(() -> accept(listener)));
    }
    return List.copyOf(bound);
  }

  private static void awaitEnd(Future<?> accepting) {
    try {
      accepting.get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Still accepts connections", e);
    }
  }

  private void accept(ServerSocket listener) {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.add(connection);
        threads.execute(() -> serve(connection));
      } catch (IOException e) {
        LOG.debug("Accepts no more", e);
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      for (RawRequest raw = RawRequest.read(in); raw != null; raw = RawRequest.read(in)) {
        SeenRequest request = handler.see(raw);
        seen.add(request);
        faults.await();
        boolean withBody = !request.method().equals("HEAD");
        connection.getOutputStream().write(handler.answer(request).render(withBody, raw.isLast()));
        if (raw.isLast()) {
          return;
        }
      }
    } catch (IOException e) {
      LOG.debug("A connection failed", e);
    } catch (InterruptedException e) {
      // The emulator stops: the client sees its connection closed.
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      LOG.debug("Closing a socket failed", e);
    }
  }
}
