package io.iambridge.server.grpc;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.iambridge.common.cli.StartException;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.metrics.ServerMetrics;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;

/** Listens for agents, with the health service of gRPC beside ours. */
public final class GrpcEndpoint implements Closeable {
  /** How much longer than its proof a watch may live. */
  private static final Duration UNPROVED_CHECK = Duration.ofSeconds(1);

  private final AgentService service;
  private final HealthStatusManager health;
  private final GrpcListener listener;

  private GrpcEndpoint(AgentService service, HealthStatusManager health, GrpcListener listener) {
    this.service = service;
    this.health = health;
    this.listener = listener;
  }

  /**
   * Listens. Agents are refused, and the health service says NOT_SERVING, until {@link #ready}.
   *
   * @param tls demands and checks the agents' certificates, where they prove something
   * @param identity decides which node a call comes from
   * @param executor runs the calls, which may block
   * @param audit hears of calls that prove no node
   * @throws StartException when the address cannot be listened on
   */
  public static GrpcEndpoint start(
      GrpcConfig config,
      SslContext tls,
      AgentService service,
      NodeIdentity identity,
      Executor executor,
      InstantSource clock,
      ServerMetrics metrics,
      Audit audit) {
    HealthStatusManager health = new HealthStatusManager();
    setStatus(health, ServingStatus.NOT_SERVING);
    GrpcListener listener =
        GrpcListener.start(
            config,
            "--bind",
            tls,
            executor,
            List.of(
                intercepted(service, identity, clock, metrics, audit),
                health.getHealthService().bindService()));
    // It only wakes those who send.
    listener.every(UNPROVED_CHECK, service::endUnproved);
    return new GrpcEndpoint(service, health, listener);
  }

  /** The service behind what every call passes, in this order. */
  static ServerServiceDefinition intercepted(
      AgentService service,
      NodeIdentity identity,
      InstantSource clock,
      ServerMetrics metrics,
      Audit audit) {
    return ServerInterceptors.interceptForward(
        service,
        new CallLog(clock),
        new CallPeer(),
        new CallerNode(identity, metrics, audit, clock));
  }

  /** The port it listens on, which the system chose when 0 was asked for. */
  public int port() {
    return listener.port();
  }

  /** The whole cluster has been seen: from now on agents are answered. */
  public void ready() {
    service.ready();
    setStatus(health, ServingStatus.SERVING);
  }

  /**
   * Whether the cluster can be watched; only after {@link #ready}.
   *
   * <p>An agent's watch is not ended, nor a new one refused, when it cannot. gRPC's pick_first
   * stays on a connection that works, so the agent would come back to this very server, with its
   * mirror frozen either way; and where the API server is away from all servers there is none to go
   * to, while known callers' credentials must go on being renewed. Not ready, this server gets no
   * new connections, and the present ones move on at their maximum age.
   */
  public void inTouch(boolean watching) {
    setStatus(health, watching ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  private static void setStatus(HealthStatusManager health, ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(AgentServiceGrpc.SERVICE_NAME, status);
  }

  /**
   * Drains, then stops: says NOT_SERVING, tells agents to go elsewhere, lets calls under way end
   * for a while.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    listener.shutdown();
    service.drain();
    listener.close();
  }
}
