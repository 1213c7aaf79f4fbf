package io.iambridge.agent.testing;

import com.google.protobuf.Timestamp;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.AddressChanged;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceImplBase;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.Reason;
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
    watches.forEach(watch -> watch.onNext(change));
  }

  /** Changes what the next snapshot says, without telling. */
  public synchronized void forget(String ip) {
    addresses.remove(ip);
  }

  /** Ends every watch. */
  public synchronized void endWatches(Status status) {
    watches.forEach(watch -> watch.onError(status.asRuntimeException()));
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
      Metadata trailers = new Metadata();
      if (failureReason != null) {
        trailers.put(
            Metadata.Key.of("iambridge-reason", Metadata.ASCII_STRING_MARSHALLER),
            failureReason.name());
      }
      answer.onError(failure.asRuntimeException(trailers));
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
