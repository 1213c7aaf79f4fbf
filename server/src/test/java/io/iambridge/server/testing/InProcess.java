package io.iambridge.server.testing;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;

/** A gRPC service and a channel to it, without a network. */
public final class InProcess implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;

  /** Serves it. */
  public InProcess(ServerServiceDefinition service) throws IOException {
    String name = InProcessServerBuilder.generateName();
    server = InProcessServerBuilder.forName(name).addService(service).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** Serves it. */
  public InProcess(BindableService service) throws IOException {
    this(service.bindService());
  }

  /** To it. */
  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
