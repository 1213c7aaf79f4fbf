package io.iambridge.agent.upstream;

import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.iambridge.agent.address.CanonicalAddress;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.podidentity.Review;
import io.iambridge.agent.podidentity.Token;
import io.iambridge.agent.podidentity.TokenServer;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceStub;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.ReviewTokenResponse;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reviews from the server. */
public final class TokenClient implements TokenServer {
  /**
   * The server gives Kubernetes 2 s, after half a second for a place. No request of a pod waits so
   * long, but the next one finds the answer.
   */
  static final Duration REVIEW_DEADLINE = Duration.ofSeconds(3);

  private final AgentServiceStub stub;
  private final ServerTime time;

  /**
   * Calls over the channel; the answers come on the channel's executor.
   *
   * @param time is told what time it is for the server
   */
  public TokenClient(Channel channel, ServerTime time) {
    this.stub = AgentServiceGrpc.newStub(channel);
    this.time = time;
  }

  @Override
  public void review(Token token, InetAddress source, Consumer<Review> answer) {
    ReviewTokenRequest request =
        ReviewTokenRequest.newBuilder()
            .setToken(token.secret())
            .setSourceIp(withoutScope(CanonicalAddress.of(source).getHostAddress()))
            .build();
    stub.withDeadlineAfter(REVIEW_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
        .reviewToken(request, new Answer(answer));
  }

  /** fe80::1%eth0 is fe80::1 to everybody but this node. */
  private static String withoutScope(String address) {
    int scope = address.indexOf('%');
    return scope < 0 ? address : address.substring(0, scope);
  }

  @Override
  public void fetch(
      String podUid, String session, Token token, Duration patience, Consumer<FetchResult> answer) {
    GetCredentialsRequest request =
        GetCredentialsRequest.newBuilder()
            .setPodUid(podUid)
            .setSession(session)
            .setToken(token.secret())
            .build();
    stub.withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
        .getCredentials(request, new CredentialsClient.Answer(time, answer));
  }

  private static final class Answer implements StreamObserver<ReviewTokenResponse> {
    private final Consumer<Review> answer;
    private Review review =
        new Review.Failed(Reason.REASON_UNSPECIFIED, "the server answered without a review");

    Answer(Consumer<Review> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(ReviewTokenResponse response) {
      review = read(response);
    }

    @Override
    public void onError(Throwable thrown) {
      answer.accept(
          StatusReason.failedReview(
              Status.fromThrowable(thrown), Status.trailersFromThrowable(thrown)));
    }

    @Override
    public void onCompleted() {
      answer.accept(review);
    }
  }

  private static Review read(ReviewTokenResponse response) {
    Timestamp expiration = response.getTokenExpiration();
    try {
      return new Review.Verified(
          WatchMessages.known(response.getCaller()),
          Instant.ofEpochSecond(expiration.getSeconds(), expiration.getNanos()),
          response.getHostNetwork());
    } catch (IllegalArgumentException e) {
      return new Review.Failed(
          Reason.REASON_UNSPECIFIED, "the server sent a caller that makes no sense");
    }
  }
}
