package io.iambridge.server.kiamapi;

import io.grpc.ServerInterceptors;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.tls.RefusalListener;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.server.grpc.CallLog;
import io.iambridge.server.grpc.CallPeer;
import io.iambridge.server.grpc.GrpcListener;
import java.io.Closeable;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;

/** Listens for kiam's agents. */
public final class KiamEndpoint implements Closeable {
  private final KiamService service;
  private final GrpcListener listener;

  private KiamEndpoint(KiamService service, GrpcListener listener) {
    this.service = service;
    this.listener = listener;
  }

  /**
   * Listens. Agents are refused until {@link #ready}.
   *
   * @param tls demands a certificate of every agent; by TLS 1.2 too, since Go before 1.13 does not
   *     offer more by itself
   * @param refused hears of certificates that are not trusted
   * @param executor runs the calls
   * @throws StartException when the address cannot be listened on
   */
  public static KiamEndpoint start(
      KiamApiConfig config,
      ReloadingTls tls,
      RefusalListener refused,
      KiamService service,
      Executor executor,
      InstantSource clock) {
    return new KiamEndpoint(
        service,
        GrpcListener.start(
            config.grpc(),
            "--kiam-bind",
            tls.serverContextForOldClients(refused),
            executor,
            List.of(
                ServerInterceptors.interceptForward(service, new CallLog(clock), new CallPeer()))));
  }

  /** The port it listens on, which the system chose when 0 was asked for. */
  public int port() {
    return listener.port();
  }

  /** The whole cluster has been seen: from now on agents are answered. */
  public void ready() {
    service.ready();
  }

  /**
   * Drains, then stops. Calls that come on their way are answered: each is over at once, and the
   * next goes elsewhere.
   */
  @Override
  public void close() {
    listener.close();
  }
}
