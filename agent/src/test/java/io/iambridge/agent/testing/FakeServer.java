package io.iambridge.agent.testing;

import com.google.protobuf.Timestamp;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.AddressChanged;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceImplBase;
import io.iambridge.proto.v1.Caller;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.Mechanism;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.iambridge.proto.v1.ReportEvidenceResponse;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.ReviewTokenResponse;
import io.iambridge.proto.v1.Snapshot;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The server's side of the contract, scripted by a test. */
public final class FakeServer extends AgentServiceImplBase {
  private final InstantSource clock;
  private final Map<String, Address> addresses = new LinkedHashMap<>();
  private final List<StreamObserver<WatchCallersResponse>> watches = new ArrayList<>();
  private final Map<String, AtomicInteger> callsBySession = new ConcurrentHashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private final Map<String, String> podsByToken = new ConcurrentHashMap<>();
  private final Map<String, Caller> hostNetworkPods = new ConcurrentHashMap<>();
  private final List<Runnable> heldReviews = new ArrayList<>();
  private final AtomicInteger reviews = new AtomicInteger();
  private final List<Evidence> evidence = new ArrayList<>();
  private Duration tokenLife = Duration.ofHours(1);
  private boolean holdingReviews;
  private @Nullable Reason reviewFailure;

  private final List<StreamObserver<WatchCallersResponse>> untold = new ArrayList<>();

  private Duration lifetime = Duration.ofHours(1);
  private Duration age = Duration.ZERO;
  private boolean silent;
  private boolean holding;
  private @Nullable Status failure;
  private @Nullable Reason failureReason;
  private int watchesOpened;

  /** A server without pods that answers every call for credentials. */
  public FakeServer(InstantSource clock) {
    this.clock = clock;
  }

  /** Sets an address, and tells it to every watch. */
  public synchronized void push(Address address) {
    addresses.put(address.getIp(), address);
    WatchCallersResponse change =
        WatchCallersResponse.newBuilder()
            .setChanged(AddressChanged.newBuilder().setAddress(address))
            .build();
    watches.removeIf(watch -> !isOpen(watch));
    watches.forEach(watch -> watch.onNext(change));
  }

  /** Changes what the next snapshot says, without telling. */
  public synchronized void forget(String ip) {
    addresses.remove(ip);
  }

  /** Ends every watch. */
  public synchronized void endWatches(Status status) {
    endWatches(status, new Metadata());
  }

  /** Ends every watch. */
  public synchronized void endWatches(Status status, Metadata trailers) {
    watches.removeIf(watch -> !isOpen(watch));
    watches.forEach(watch -> watch.onError(status.asRuntimeException(trailers)));
    watches.clear();
  }

  /** Accepts watches and says nothing; false tells those that wait too. */
  public synchronized void silent(boolean yes) {
    silent = yes;
    if (!yes) {
      untold.stream().filter(FakeServer::isOpen).forEach(this::tell);
      untold.clear();
    }
  }

  /** How many watches were ever opened. */
  public synchronized int watchesOpened() {
    return watchesOpened;
  }

  /** How many watches are open and have their snapshot. */
  public synchronized long watchesOpen() {
    return watches.stream().filter(FakeServer::isOpen).count();
  }

  /** How long credentials live. */
  public synchronized void lifetime(Duration newLifetime) {
    lifetime = newLifetime;
  }

  /** How long ago the credentials were issued that are answered from now on. */
  public synchronized void age(Duration newAge) {
    age = newAge;
  }

  /** Lets every call for credentials fail; null lets them succeed again. */
  public synchronized void fail(@Nullable Status status, @Nullable Reason reason) {
    failure = status;
    failureReason = reason;
  }

  /** Answers no call for credentials until {@link #release}. */
  public synchronized void hold() {
    holding = true;
  }

  /** Answers what was held. */
  public synchronized void release() {
    holding = false;
    held.forEach(Runnable::run);
    held.clear();
  }

  /** How many calls for a session's credentials came. */
  public int calls(String session) {
    AtomicInteger calls = callsBySession.get(session);
    return calls == null ? 0 : calls.get();
  }

  /** How many calls for credentials came. */
  public int calls() {
    return callsBySession.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  /** A token of a pod, which the pod's address shows when one is pushed. */
  public void token(String token, String podUid) {
    podsByToken.put(token, podUid);
  }

  /** Takes a token back. */
  public void revoke(String token) {
    podsByToken.remove(token);
    hostNetworkPods.remove(token);
  }

  /** A token of a hostNetwork pod, which no address shows. */
  public void hostNetworkToken(String token, Address pod) {
    hostNetworkPods.put(token, pod.getCaller());
  }

  /** How long tokens live from their review on. */
  public synchronized void tokenLife(Duration life) {
    tokenLife = life;
  }

  /** Lets every review fail for the reason; null lets them succeed again. */
  public synchronized void failReviews(@Nullable Reason reason) {
    reviewFailure = reason;
  }

  /** Answers no review until {@link #releaseReviews}. */
  public synchronized void holdReviews() {
    holdingReviews = true;
  }

  /** Answers what was held. */
  public synchronized void releaseReviews() {
    holdingReviews = false;
    heldReviews.forEach(Runnable::run);
    heldReviews.clear();
  }

  /** How many reviews were asked for. */
  public int reviews() {
    return reviews.get();
  }

  @Override
  public synchronized void reviewToken(
      ReviewTokenRequest request, StreamObserver<ReviewTokenResponse> answer) {
    reviews.incrementAndGet();
    if (holdingReviews) {
      heldReviews.add(() -> review(request, answer));
    } else {
      review(request, answer);
    }
  }

  private synchronized void review(
      ReviewTokenRequest request, StreamObserver<ReviewTokenResponse> answer) {
    if (reviewFailure != null) {
      refuse(answer, Status.UNAVAILABLE, reviewFailure);
      return;
    }
    Address there = addresses.get(request.getSourceIp());
    boolean somebodyThere = there != null && there.hasCaller();
    Caller hostNetworkPod = hostNetworkPods.get(request.getToken());
    String podUid = podsByToken.get(request.getToken());
    if (hostNetworkPod != null && !somebodyThere) {
      answer(answer, hostNetworkPod, /* hostNetwork= */ true);
    } else if (podUid == null && hostNetworkPod == null) {
      refuse(answer, Status.UNAUTHENTICATED, Reason.TOKEN_INVALID);
    } else if (there != null && somebodyThere && there.getCaller().getPodUid().equals(podUid)) {
      answer(answer, there.getCaller(), /* hostNetwork= */ false);
    } else {
      refuse(
          answer,
          somebodyThere ? Status.PERMISSION_DENIED : Status.NOT_FOUND,
          somebodyThere ? Reason.TOKEN_OTHER_CALLER : Reason.CALLER_UNKNOWN);
    }
  }

  private void answer(
      StreamObserver<ReviewTokenResponse> answer, Caller caller, boolean hostNetwork) {
    answer.onNext(
        ReviewTokenResponse.newBuilder()
            .setCaller(caller)
            .setTokenExpiration(timestamp(clock.instant().plus(tokenLife)))
            .setHostNetwork(hostNetwork)
            .build());
    answer.onCompleted();
  }

  private static void refuse(StreamObserver<?> answer, Status status, @Nullable Reason reason) {
    Metadata trailers = new Metadata();
    if (reason != null) {
      trailers.put(
          Metadata.Key.of("iambridge-reason", Metadata.ASCII_STRING_MARSHALLER), reason.name());
    }
    answer.onError(
        (status.getDescription() == null && reason != null
                ? status.withDescription("because of " + reason)
                : status)
            .asRuntimeException(trailers));
  }

  @Override
  public synchronized void watchCallers(
      WatchCallersRequest request, StreamObserver<WatchCallersResponse> watch) {
    watchesOpened++;
    if (silent) {
      untold.add(watch);
    } else {
      tell(watch);
    }
  }

  /** Keeps it. */
  @Override
  public synchronized void reportEvidence(
      ReportEvidenceRequest request, StreamObserver<ReportEvidenceResponse> answer) {
    evidence.addAll(request.getEvidenceList());
    answer.onNext(ReportEvidenceResponse.getDefaultInstance());
    answer.onCompleted();
  }

  /** All that was reported. */
  public synchronized List<Evidence> evidence() {
    return List.copyOf(evidence);
  }

  private static boolean isOpen(StreamObserver<?> watch) {
    return !((ServerCallStreamObserver<?>) watch).isCancelled();
  }

  private void tell(StreamObserver<WatchCallersResponse> watch) {
    watches.add(watch);
    watch.onNext(
        WatchCallersResponse.newBuilder()
            .setSnapshot(Snapshot.newBuilder().addAllAddresses(addresses.values()))
            .build());
  }

  @Override
  public synchronized void getCredentials(
      GetCredentialsRequest request, StreamObserver<GetCredentialsResponse> answer) {
    callsBySession
        .computeIfAbsent(request.getSession(), _ -> new AtomicInteger())
        .incrementAndGet();
    if (holding) {
      held.add(() -> answer(request, answer));
    } else {
      answer(request, answer);
    }
  }

  private void answer(
      GetCredentialsRequest request, StreamObserver<GetCredentialsResponse> answer) {
    if (failure != null) {
      refuse(answer, failure, failureReason);
      return;
    }
    Caller hostNetworkPod = hostNetworkPods.get(request.getToken());
    if (!request.getToken().isEmpty()
        && (hostNetworkPod == null || !hostNetworkPod.getPodUid().equals(request.getPodUid()))) {
      refuse(answer, Status.UNAUTHENTICATED, Reason.TOKEN_INVALID);
      return;
    }
    Instant issued = clock.instant().minus(age);
    answer.onNext(
        GetCredentialsResponse.newBuilder()
            .setAccessKeyId("ASIAEXAMPLE")
            .setSecretAccessKey("secret/of+" + request.getSession())
            .setSessionToken("token-of-" + request.getSession())
            .setIssued(timestamp(issued))
            .setExpiration(timestamp(issued.plus(lifetime)))
            .setMechanism(Mechanism.ASSUME_ROLE)
            .build());
    answer.onCompleted();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
