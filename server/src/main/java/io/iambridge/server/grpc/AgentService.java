package io.iambridge.server.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceImplBase;
import io.iambridge.proto.v1.ConfirmCallerRequest;
import io.iambridge.proto.v1.ConfirmCallerResponse;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.iambridge.proto.v1.ReportEvidenceResponse;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.ReviewTokenResponse;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.Denials;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.presence.Confirmations;
import io.iambridge.server.presence.Presence;
import io.iambridge.server.roles.Quoted;
import io.iambridge.server.tokens.TokenHolders;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers agents, each about the pods of its own node. */
public final class AgentService extends AgentServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);

  private final CallerIndex callers;
  private final CredentialsCache credentials;
  private final TokenAnswers tokens;
  private final Confirmations confirmations;
  private final EvidenceAnswers evidence;
  private final FailureListener failures;
  private final Audit audit;
  private final Executor executor;
  private final InstantSource clock;
  private final ServerMetrics metrics;

  /** Each with the end of what proves its agent's node. */
  private final Map<CallersStream, Instant> streams = new ConcurrentHashMap<>();

  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

  private enum State {
    STARTING("the server has not seen the whole cluster yet"),
    READY(""),
    DRAINING("the server is shutting down");

    private final String text;

    State(String text) {
      this.text = text;
    }
  }

  /**
   * @param tokens finds whose a token is
   * @param confirmations finds whether a pod still is where it was
   * @param evidence takes what agents saw
   * @param failures hears which pods get no credentials
   * @param audit hears who gets credentials, and who is not to
   * @param executor sends to agents; may block
   */
  public AgentService(
      CallerIndex callers,
      CredentialsCache credentials,
      TokenHolders tokens,
      Confirmations confirmations,
      EvidenceAnswers evidence,
      FailureListener failures,
      Audit audit,
      Executor executor,
      InstantSource clock,
      ServerMetrics metrics) {
    this.callers = callers;
    this.credentials = credentials;
    this.tokens = new TokenAnswers(tokens);
    this.confirmations = confirmations;
    this.evidence = evidence;
    this.failures = failures;
    this.audit = audit;
    this.executor = executor;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** The whole cluster has been seen: from now on agents are answered. */
  void ready() {
    // Not when it is shutting down already: a list of the cluster may end just then.
    state.compareAndSet(State.STARTING, State.READY);
  }

  /** Sends agents to another server: ends their watches and refuses new calls. */
  void drain() {
    state.set(State.DRAINING);
    streams
        .keySet()
        .forEach(stream -> stream.end(Refusal.of(Reason.SERVER_NOT_READY, State.DRAINING.text)));
    evidence.drain();
  }

  /** Ends the watches whose proof has ended. Their agents have a new one, and come back with it. */
  void endUnproved() {
    Instant now = clock.instant();
    streams.forEach((stream, until) -> {
      if (!now.isBefore(until)) {
        stream.end(
            Refusal.of(
                Reason.NODE_UNKNOWN, "what proved this watch's node has ended; prove it anew"));
      }
    });
  }

  @Override
  public void watchCallers(
      WatchCallersRequest request, StreamObserver<WatchCallersResponse> responses) {
    String node = CallerNode.current();
    try {
      requireReady();
    } catch (StatusRuntimeException e) {
      responses.onError(e);
      return;
    }
    var agent = (ServerCallStreamObserver<WatchCallersResponse>) responses;
    CallersStream stream =
        new CallersStream(
            node, callers, agent, executor, new Announcements(callers, audit), metrics);
    agent.setOnReadyHandler(stream::wake);
    agent.setOnCancelHandler(() -> closed(stream, node));
    agent.setOnCloseHandler(() -> closed(stream, node));
    streams.put(stream, CallerNode.provedUntil());
    metrics.agentConnected();
    LOG.atInfo()
        .addKeyValue("node", node)
        .addKeyValue("agentVersion", Quoted.of(request.getAgentVersion()))
        .log("An agent watches its node's callers");
    stream.start();
    if (state.get() == State.DRAINING) {
      // It may have been added after drain() went through them.
      stream.end(Refusal.of(Reason.SERVER_NOT_READY, State.DRAINING.text));
    }
  }

  private void closed(CallersStream stream, String node) {
    if (streams.remove(stream) != null) {
      stream.close();
      metrics.agentDisconnected();
      LOG.atInfo().addKeyValue("node", node).log("An agent's watch has ended");
    }
  }

  @Override
  public void getCredentials(
      GetCredentialsRequest request, StreamObserver<GetCredentialsResponse> responses) {
    Instant start = clock.instant();
    Asker asker = Asker.current();
    // Without a handler, answering an agent that has given up would throw.
    ((ServerCallStreamObserver<GetCredentialsResponse>) responses).setOnCancelHandler(() -> {});
    PodBinding asked;
    Session session;
    try {
      requireReady();
      asked = podOfNode(request, asker.node());
      session = sessionOf(asked, request.getSession());
    } catch (StatusRuntimeException e) {
      refuse(responses, asker, request, e);
      return;
    }
    var _ =
        proof(request, asked.pod(), asker.node())
            .thenCompose(_ -> credentials.get(session))
            .whenComplete((given, failure) -> {
              try {
                answer(request, asker.node(), asked.pod(), given, failure, responses);
                metrics.credentialsServed(Duration.between(start, clock.instant()));
              } catch (StatusRuntimeException e) {
                refuse(responses, asker, request, e);
              }
            });
  }

  private void answer(
      GetCredentialsRequest request,
      String node,
      Pod pod,
      @Nullable Credentials given,
      @Nullable Throwable failure,
      StreamObserver<GetCredentialsResponse> responses) {
    if (failure != null || given == null) {
      throw failed(pod, failure);
    }
    // STS may have taken seconds: what counts is what the pod may have now.
    PodBinding now = podOfNode(request, node);
    audit.issued(now.pod(), sessionOf(now, request.getSession()), given);
    responses.onNext(Messages.credentials(given, clock.instant()));
    responses.onCompleted();
  }

  private StatusRuntimeException failed(Pod pod, @Nullable Throwable failure) {
    if (cause(failure) instanceof IssueException issue) {
      failures.failed(pod, issue);
      return Refusal.of(issue.reason(), String.valueOf(issue.getMessage()));
    }
    return refusal(failure, pod.fullName());
  }

  private static StatusRuntimeException refusal(@Nullable Throwable failure, String about) {
    Throwable cause = cause(failure);
    if (cause instanceof StatusRuntimeException refusal) {
      return refusal;
    }
    LOG.atError()
        .addKeyValue("about", Quoted.of(about))
        .setCause(cause)
        .log("Answering an agent failed for a reason of our own");
    return Status.INTERNAL.withDescription("the server failed; see its log").asRuntimeException();
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** That it is the pod itself that wants its credentials, where no address says so. */
  private CompletableFuture<?> proof(GetCredentialsRequest request, Pod pod, String node) {
    return pod.hostNetwork()
        ? tokens.hostNetworkPod(pod.uid(), request.getToken(), node)
        : CompletableFuture.completedFuture(null);
  }

  @Override
  public void reviewToken(
      ReviewTokenRequest request, StreamObserver<ReviewTokenResponse> responses) {
    Asker asker = Asker.current();
    ((ServerCallStreamObserver<ReviewTokenResponse>) responses).setOnCancelHandler(() -> {});
    try {
      requireReady();
    } catch (StatusRuntimeException e) {
      refuse(responses, asker, request, e);
      return;
    }
    var _ =
        tokens
            .review(request, asker.node())
            .whenComplete((response, failure) -> {
              if (response != null) {
                responses.onNext(response);
                responses.onCompleted();
              } else {
                refuse(responses, asker, request, refusal(failure, request.getSourceIp()));
              }
            });
  }

  @Override
  public void confirmCaller(
      ConfirmCallerRequest request, StreamObserver<ConfirmCallerResponse> responses) {
    Asker asker = Asker.current();
    ((ServerCallStreamObserver<ConfirmCallerResponse>) responses).setOnCancelHandler(() -> {});
    InetAddress address;
    try {
      requireReady();
      address = address(request.getIp());
    } catch (StatusRuntimeException e) {
      refuse(responses, asker, request, e);
      return;
    }
    var _ =
        confirmations
            .confirm(request.getPodUid(), address, asker.node())
            .thenApply(AgentService::confirmed)
            .whenComplete((response, failure) -> {
              if (response != null) {
                responses.onNext(response);
                responses.onCompleted();
              } else {
                refuse(responses, asker, request, refusal(failure, request.getPodUid()));
              }
            });
  }

  private static InetAddress address(String ip) {
    try {
      // Never a name: ofLiteral does not ask DNS.
      return InetAddress.ofLiteral(ip);
    } catch (IllegalArgumentException e) {
      throw Refusal.of(Reason.REASON_UNSPECIFIED, "that is no IP address");
    }
  }

  private static ConfirmCallerResponse confirmed(Presence presence) {
    return switch (presence) {
      case Presence.Confirmed() -> ConfirmCallerResponse.getDefaultInstance();
      case Presence.OnOtherNode(var message) -> throw Refusal.of(Reason.OTHER_NODE, message);
      case Presence.Gone(var message) -> throw Refusal.of(Reason.CALLER_UNKNOWN, message);
      case Presence.Unclear(var message) -> throw Refusal.of(Reason.CALLER_UNCONFIRMED, message);
    };
  }

  @Override
  public void reportEvidence(
      ReportEvidenceRequest request, StreamObserver<ReportEvidenceResponse> responses) {
    Asker asker = Asker.current();
    ((ServerCallStreamObserver<ReportEvidenceResponse>) responses).setOnCancelHandler(() -> {});
    try {
      requireReady();
    } catch (StatusRuntimeException e) {
      refuse(responses, asker, request, e);
      return;
    }
    var _ =
        evidence
            .report(request, asker.node())
            .whenComplete((response, failure) -> {
              if (response != null) {
                responses.onNext(response);
                responses.onCompleted();
              } else {
                refuse(responses, asker, request, refusal(failure, request.getBatch()));
              }
            });
  }

  private void requireReady() {
    State now = state.get();
    if (now != State.READY) {
      throw Refusal.of(Reason.SERVER_NOT_READY, now.text);
    }
  }

  private PodBinding podOfNode(GetCredentialsRequest request, String node) {
    String uid = request.getPodUid();
    boolean withToken = !request.getToken().isEmpty();
    PodBinding found =
        callers
            .find(uid)
            .filter(binding -> withToken ? binding.pod().lives() : binding.pod().canCall())
            .orElseThrow(() ->
                Refusal.of(
                    Reason.CALLER_UNKNOWN,
                    "there is no running pod with the UID " + Quoted.of(uid)));
    if (!found.pod().node().equals(node)) {
      throw Refusal.of(
          Reason.OTHER_NODE, "pod %s is not on node %s".formatted(found.pod().fullName(), node));
    }
    return found;
  }

  private static Session sessionOf(PodBinding binding, String expected) {
    String pod = binding.pod().fullName();
    return switch (binding.entitlement()) {
      case Entitlement.Denial(var reason, var message, var _) -> throw Refusal.of(reason, message);
      case Entitlement.NoRole() ->
          throw Refusal.of(Reason.NO_ROLE, "pod " + pod + " names no role");
      case Entitlement.Binding(var session) -> {
        if (!session.id().equals(expected)) {
          throw Refusal.of(
              Reason.SESSION_CHANGED, "pod " + pod + " is bound to another session now");
        }
        yield session;
      }
    };
  }

  private void refuse(
      StreamObserver<?> responses,
      Asker asker,
      GetCredentialsRequest request,
      StatusRuntimeException refusal) {
    String about = Quoted.of(request.getPodUid());
    Reason reason = refused(asker, callers.find(request.getPodUid()), about, refusal);
    LOG.atInfo()
        .addKeyValue("node", asker.node())
        .addKeyValue("podUid", about)
        .addKeyValue("reason", reason)
        .addKeyValue("message", refusal.getStatus().getDescription())
        .log("No credentials");
    responses.onError(refusal);
  }

  private void refuse(
      StreamObserver<?> responses,
      Asker asker,
      ReviewTokenRequest request,
      StatusRuntimeException refusal) {
    // Whoever sent a token of somebody else is at the source; whose it is, nobody else may learn.
    String about = Quoted.of(request.getSourceIp());
    Reason reason = refused(asker, Optional.empty(), about, refusal);
    // A pod in a loop must not fill the log; the metric counts.
    LOG.atDebug()
        .addKeyValue("node", asker.node())
        .addKeyValue("source", about)
        .addKeyValue("reason", reason)
        .addKeyValue("message", refusal.getStatus().getDescription())
        .log("A token proves no caller");
    responses.onError(refusal);
  }

  private void refuse(
      StreamObserver<?> responses,
      Asker asker,
      ConfirmCallerRequest request,
      StatusRuntimeException refusal) {
    String about = Quoted.of(request.getPodUid());
    Reason reason = refused(asker, callers.find(request.getPodUid()), about, refusal);
    // A pod in a loop must not fill the log; the metrics count.
    LOG.atDebug()
        .addKeyValue("node", asker.node())
        .addKeyValue("podUid", about)
        .addKeyValue("address", Quoted.of(request.getIp()))
        .addKeyValue("reason", reason)
        .addKeyValue("message", refusal.getStatus().getDescription())
        .log("A caller is not confirmed");
    responses.onError(refusal);
  }

  private void refuse(
      StreamObserver<?> responses,
      Asker asker,
      ReportEvidenceRequest request,
      StatusRuntimeException refusal) {
    String about = Quoted.of(request.getBatch());
    Reason reason = refused(asker, Optional.empty(), about, refusal);
    LOG.atDebug()
        .addKeyValue("node", asker.node())
        .addKeyValue("batch", about)
        .addKeyValue("reason", reason)
        .addKeyValue("message", refusal.getStatus().getDescription())
        .log("Evidence is not kept");
    responses.onError(refusal);
  }

  /** Counts a refusal; what is more than bad luck goes into the audit log. */
  private Reason refused(
      Asker asker, Optional<PodBinding> pod, String about, StatusRuntimeException refusal) {
    String name = Refusal.trailers(refusal).get(WireKeys.REASON);
    Reason reason = name == null ? Reason.REASON_UNSPECIFIED : Reason.valueOf(name);
    String message = String.valueOf(refusal.getStatus().getDescription());
    metrics.refused(reason);
    if (Denials.isDenial(reason)) {
      audit.denied(asker.node(), pod.map(PodBinding::pod), about, reason, message);
    }
    securityKind(reason)
        .ifPresent(kind ->
            audit.securityEvent(new SecurityEvent(kind, asker.node(), asker.peer(), message)));
    return reason;
  }

  private static Optional<SecurityEvent.Kind> securityKind(Reason reason) {
    return switch (reason) {
      case OTHER_NODE -> Optional.of(SecurityEvent.Kind.OTHER_NODES_POD);
      case TOKEN_OTHER_CALLER -> Optional.of(SecurityEvent.Kind.TOKEN_OF_ANOTHER_CALLER);
      default -> Optional.empty();
    };
  }
}
