package io.iambridge.server.grpc;

import io.grpc.ServerServiceDefinition;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.InstantSource;

/** The service as {@link GrpcEndpoint} offers it, for a test that carries the calls itself. */
public final class WithoutNetwork {
  private WithoutNetwork() {}

  /** With every interceptor. */
  public static ServerServiceDefinition offer(AgentService service, InstantSource clock) {
    return GrpcEndpoint.intercepted(
        service, new ClaimedNode(), clock, ServerMetrics.NOOP, Audit.NONE);
  }

  /** The whole cluster has been seen. */
  public static void ready(AgentService service) {
    service.ready();
  }
}
