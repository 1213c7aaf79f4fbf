package io.iambridge.sandbox.service;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP endpoint that can go down and come back at the same port. */
public final class HttpListener implements AutoCloseable {
  /** Connections that may wait to be accepted: a thousand clients may come at once. */
  private static final int BACKLOG = 4096;

  private final HttpHandler handler;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final InetAddress address;
  private final int port;
  private HttpServer server;
  private boolean up = true;

  /**
   * Listens.
   *
   * @param at with port 0 for a free one
   * @throws IOException when the port is taken
   */
  public HttpListener(InetSocketAddress at, HttpHandler handler) throws IOException {
    this.handler = handler;
    this.address = at.getAddress();
    this.server = listen(at.getPort());
    this.port = server.getAddress().getPort();
  }

  /** The port it listens on; the same after {@link #comeBack}. */
  public int port() {
    return port;
  }

  /** What an SDK takes as endpoint override. */
  public URI endpoint() {
    return URI.create("http://" + address.getHostAddress() + ":" + port);
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
