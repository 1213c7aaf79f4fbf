package io.iambridge.sandbox.sts;

import com.sun.net.httpserver.HttpServer;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A regional STS endpoint over plain HTTP, for the accounts of an {@link Iam}. */
public final class StsEmulator implements AutoCloseable {

  /** Connections that may wait to be accepted: a thousand clients may come at once. */
  private static final int BACKLOG = 4096;

  private final Iam iam;
  private final StsHandler handler;
  private final Faults faults;
  private final Calls calls;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final InetAddress address;
  private final int port;
  private HttpServer server;
  private boolean up = true;

  private StsEmulator(
      InetSocketAddress at, Iam iam, String region, InstantSource clock, RandomGenerator random)
      throws IOException {
    this.iam = iam;
    this.address = at.getAddress();
    this.faults = new Faults(clock);
    this.calls = new Calls(clock);
    this.handler =
        new StsHandler(
            Map.of(
                "AssumeRole", new AssumeRole(iam, clock, faults),
                "GetCallerIdentity", new GetCallerIdentity()),
            new SignatureCheck("sts", region, iam::accessKey, clock),
            faults,
            calls,
            random);
    this.server = listen(at.getPort());
    this.port = server.getAddress().getPort();
  }

  /**
   * Starts an emulator on loopback.
   *
   * @param region the region that requests must be signed for
   * @param port 0 for a free one
   * @throws IOException when the port is taken
   */
  public static StsEmulator start(
      Iam iam, String region, int port, InstantSource clock, RandomGenerator random)
      throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return startAt(new InetSocketAddress(loopback, port), iam, region, clock, random);
  }

  /**
   * Starts an emulator on one of this machine's addresses.
   *
   * @param at with port 0 for a free one
   * @param region the region that requests must be signed for
   * @throws IOException when the port is taken
   */
  public static StsEmulator startAt(
      InetSocketAddress at, Iam iam, String region, InstantSource clock, RandomGenerator random)
      throws IOException {
    return new StsEmulator(at, iam, region, clock, random);
  }

  /** The port it listens on; the same after {@link #comeBack}. */
  public int port() {
    return port;
  }

  /** What an SDK takes as endpoint override. */
  public URI endpoint() {
    return URI.create("http://" + address.getHostAddress() + ":" + port());
  }

  /** What goes wrong on purpose. */
  public Faults faults() {
    return faults;
  }

  /** What was asked. */
  public Calls calls() {
    return calls;
  }

  /** Every secret key and session token there is: none of them may be in a log. */
  public List<String> secrets() {
    return iam.accessKeys().stream()
        .flatMap(key ->
            Stream.concat(
                Stream.of(key.secret()),
                key.temporary().map(AccessKey.Temporary::sessionToken).stream()))
        .toList();
  }

  /** Closes the port and all connections: clients are refused until {@link #comeBack}. */
  public synchronized void goDown() {
    if (up) {
      up = false;
      server.stop(/* delay= */ 0);
    }
  }

  /**
   * Listens again on the same port.
   *
   * @throws IOException when somebody else has taken the port meanwhile
   */
  public synchronized void comeBack() throws IOException {
    if (!up) {
      server = listen(port);
      up = true;
    }
  }

  @Override
  public void close() {
    faults.clear();
    goDown();
    threads.shutdownNow();
  }

  private HttpServer listen(int at) throws IOException {
    HttpServer fresh = HttpServer.create(new InetSocketAddress(address, at), BACKLOG);
    fresh.createContext("/", handler);
    fresh.setExecutor(threads);
    fresh.start();
    return fresh;
  }
}
