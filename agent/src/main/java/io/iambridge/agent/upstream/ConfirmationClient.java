package io.iambridge.agent.upstream;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.iambridge.agent.address.CanonicalAddress;
import io.iambridge.agent.callers.Confirmer;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceStub;
import io.iambridge.proto.v1.ConfirmCallerRequest;
import io.iambridge.proto.v1.ConfirmCallerResponse;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Confirmations from the server. */
public final class ConfirmationClient implements Confirmer {
  /**
   * The server gives Kubernetes a second, after a quarter of one for a place. No request of a pod
   * waits so long, but the next one finds the answer.
   */
  static final Duration DEADLINE = Duration.ofSeconds(2);

  private final AgentServiceStub stub;

  /** Calls over the channel; the answers come on the channel's executor. */
  public ConfirmationClient(Channel channel) {
    this.stub = AgentServiceGrpc.newStub(channel);
  }

  @Override
  public void confirm(InetAddress address, String podUid, Consumer<Answer> answer) {
    ConfirmCallerRequest request =
        ConfirmCallerRequest.newBuilder()
            .setIp(CanonicalAddress.of(address).getHostAddress())
            .setPodUid(podUid)
            .build();
    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
        .confirmCaller(request, new Observer(answer));
  }

  private record Observer(Consumer<Answer> answer)
      implements StreamObserver<ConfirmCallerResponse> {
    @Override
    public void onNext(ConfirmCallerResponse response) {}

    @Override
    public void onError(Throwable thrown) {
      Status status = Status.fromThrowable(thrown);
      String detail = StatusReason.detail(status);
      answer.accept(
          switch (status.getCode()) {
            case NOT_FOUND, PERMISSION_DENIED -> new Refused(detail);
            default -> new Failed(detail);
          });
    }

    @Override
    public void onCompleted() {
      answer.accept(new Confirmed());
    }
  }
}
