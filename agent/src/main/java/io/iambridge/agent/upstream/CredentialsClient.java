package io.iambridge.agent.upstream;

import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.credentials.CredentialsSource;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.credentials.FetchResult.Failed;
import io.iambridge.agent.credentials.FetchResult.Fetched;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceStub;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Credentials from the server. */
public final class CredentialsClient implements CredentialsSource {
  /**
   * Longer than the server may take: 10 s for a place among its calls to STS and 10 s for the call.
   * Giving up earlier would throw away what it is about to have. No request of a pod waits so long:
   * each has its own patience.
   */
  static final Duration DEADLINE = Duration.ofSeconds(25);

  private final AgentServiceStub stub;
  private final ServerTime time;

  /**
   * Calls over the channel; the answers come on the channel's executor.
   *
   * @param time is told what time it is for the server
   */
  public CredentialsClient(Channel channel, ServerTime time) {
    this.stub = AgentServiceGrpc.newStub(channel);
    this.time = time;
  }

  @Override
  public void fetch(String podUid, String session, Consumer<FetchResult> answer) {
    GetCredentialsRequest request =
        GetCredentialsRequest.newBuilder().setPodUid(podUid).setSession(session).build();
    stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
        .getCredentials(request, new Answer(time, answer));
  }

  /** Reads the answer of a call for credentials. */
  static final class Answer implements StreamObserver<GetCredentialsResponse> {
    private final ServerTime time;
    private final Consumer<FetchResult> answer;
    private FetchResult result =
        new Failed(Reason.REASON_UNSPECIFIED, "the server answered without credentials");

    Answer(ServerTime time, Consumer<FetchResult> answer) {
      this.time = time;
      this.answer = answer;
    }

    @Override
    public void onNext(GetCredentialsResponse response) {
      if (response.hasNow()) {
        time.told(instant(response.getNow()));
      }
      result = read(response);
    }

    @Override
    public void onError(Throwable thrown) {
      answer.accept(
          StatusReason.failedFetch(
              Status.fromThrowable(thrown), Status.trailersFromThrowable(thrown)));
    }

    @Override
    public void onCompleted() {
      answer.accept(result);
    }
  }

  private static FetchResult read(GetCredentialsResponse response) {
    try {
      return new Fetched(
          new Credentials(
              response.getAccessKeyId(),
              response.getSecretAccessKey(),
              response.getSessionToken(),
              instant(response.getIssued()),
              instant(response.getExpiration()),
              response.getMechanism(),
              response.getFallback()));
    } catch (IllegalArgumentException e) {
      return new Failed(
          Reason.REASON_UNSPECIFIED, "the server sent broken credentials: " + e.getMessage());
    }
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }
}
