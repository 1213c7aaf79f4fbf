package io.iambridge.agent.upstream;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.iambridge.agent.evidence.EvidenceServer;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceStub;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.iambridge.proto.v1.ReportEvidenceResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Reports evidence to the server. */
public final class EvidenceClient implements EvidenceServer {
  /**
   * The server answers when the evidence is written, which it does to a namespace's object once in
   * its --evidence-write-interval, at most a minute. Nobody waits for it.
   */
  static final Duration DEADLINE = Duration.ofSeconds(90);

  private static final Logger LOG = LoggerFactory.getLogger(EvidenceClient.class);

  private final AgentServiceStub stub;

  /** Calls over the channel; the answers come on the channel's executor. */
  public EvidenceClient(Channel channel) {
    this.stub = AgentServiceGrpc.newStub(channel);
  }

  @Override
  public void report(ReportEvidenceRequest batch, Consumer<Answer> answer) {
    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
        .reportEvidence(batch, new Reported(answer));
  }

  private static final class Reported implements StreamObserver<ReportEvidenceResponse> {
    private final Consumer<Answer> answer;

    Reported(Consumer<Answer> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(ReportEvidenceResponse response) {}

    @Override
    public void onError(Throwable thrown) {
      Status status = Status.fromThrowable(thrown);
      Answer meaning = meaning(status);
      LOG.atLevel(meaning == Answer.REJECTED ? Level.WARN : Level.DEBUG)
          .addKeyValue("status", StatusReason.detail(status))
          .log("A batch of evidence was not kept");
      answer.accept(meaning);
    }

    /** Only what is wrong with the batch itself is wrong for ever. */
    private static Answer meaning(Status status) {
      return switch (status.getCode()) {
        case INVALID_ARGUMENT, PERMISSION_DENIED -> Answer.REJECTED;
        default -> Answer.FAILED;
      };
    }

    @Override
    public void onCompleted() {
      answer.accept(Answer.KEPT);
    }
  }
}
