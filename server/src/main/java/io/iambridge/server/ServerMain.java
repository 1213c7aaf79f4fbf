package io.iambridge.server;

import io.iambridge.common.cli.Program;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Random;

/** The server's program. */
public final class ServerMain {
  private ServerMain() {}

  /** Runs until it is told to stop by a signal. */
  public static void main(String[] args) {
    System.exit(new Program(new ServerCommand(ServerMain::serve), "server").run(args));
  }

  /** Runs a command that ends by itself, and returns its exit status. */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return new Program(new ServerCommand(ServerMain::serve), "server").output(out, err).run(args);
  }

  private static int serve(ServerConfig config) throws InterruptedException {
    // java.util.Random, because it may be shared between threads.
    Server server = Server.start(config, Surroundings.of(InstantSource.system(), new Random()));
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
    server.awaitClosed();
    return 0;
  }
}
