package io.iambridge.server.kiamapi;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.iambridge.proto.kiam.GetHealthRequest;
import io.iambridge.proto.kiam.GetPodCredentialsRequest;
import io.iambridge.proto.kiam.GetPodRoleRequest;
import io.iambridge.proto.kiam.HealthStatus;
import io.iambridge.proto.kiam.KiamServiceGrpc.KiamServiceImplBase;
import io.iambridge.proto.kiam.Role;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.Denials;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.Occupant;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.evidence.CallListener;
import io.iambridge.server.grpc.CallPeer;
import io.iambridge.server.grpc.FailureListener;
import io.iambridge.server.metrics.KiamCall;
import io.iambridge.server.metrics.KiamOutcome;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.roles.Quoted;
import io.iambridge.server.roles.RoleResolver;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers kiam's agents, about pods of any node: they do not say on which they are, and could not
 * prove it. What a pod may have is decided as for our own agents.
 */
public final class KiamService extends KiamServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(KiamService.class);

  /** kiam's agents do not say. */
  private static final String NO_NODE = "";

  private final CallerIndex callers;
  private final CredentialsCache credentials;
  private final RoleResolver roles;
  private final FailureListener failures;
  private final Audit audit;
  private final CallListener calls;
  private final InstantSource clock;
  private final ServerMetrics metrics;
  private volatile boolean ready;

  /**
   * @param roles what turned the pods' annotations into roles
   * @param failures hears which pods get no credentials
   * @param audit hears who gets credentials, and who is not to
   * @param calls hears of every request for credentials of a pod that is known: kiam's agents
   *     report none
   */
  public KiamService(
      CallerIndex callers,
      CredentialsCache credentials,
      RoleResolver roles,
      FailureListener failures,
      Audit audit,
      CallListener calls,
      InstantSource clock,
      ServerMetrics metrics) {
    this.callers = callers;
    this.credentials = credentials;
    this.roles = roles;
    this.failures = failures;
    this.audit = audit;
    this.calls = calls;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** The whole cluster has been seen: from now on agents are answered. */
  void ready() {
    ready = true;
  }

  /**
   * That we have been ready, and no more: kiam's agents ask it when Kubernetes probes them ({@code
   * /health?deep}), and an agent that is restarted because the API server is away takes its rule
   * away.
   */
  @Override
  public void getHealth(GetHealthRequest request, StreamObserver<HealthStatus> responses) {
    answer(
        KiamCall.GET_HEALTH,
        responses,
        "",
        () -> {
          requireReady();
          return HealthStatus.newBuilder().setMessage("ok").build();
        });
  }

  @Override
  public void getPodRole(GetPodRoleRequest request, StreamObserver<Role> responses) {
    answer(
        KiamCall.GET_POD_ROLE,
        responses,
        request.getIp(),
        () -> KiamAnswers.role(podAt(request.getIp()), roles));
  }

  @Override
  public void getPodCredentials(
      GetPodCredentialsRequest request,
      StreamObserver<io.iambridge.proto.kiam.Credentials> responses) {
    Instant start = clock.instant();
    String peer = CallPeer.current();
    // Without a handler, answering an agent that has given up would throw.
    ((ServerCallStreamObserver<?>) responses).setOnCancelHandler(() -> {});
    PodBinding asked;
    Session session;
    try {
      asked = podAt(request.getIp());
      session = sessionOf(asked, request.getRole());
    } catch (KiamRefusal e) {
      refuse(KiamCall.GET_POD_CREDENTIALS, responses, request.getIp(), e);
      return;
    }
    var _ =
        credentials
            .get(session)
            .whenComplete((given, failure) ->
                answer(
                    KiamCall.GET_POD_CREDENTIALS,
                    responses,
                    request.getIp(),
                    () -> {
                      if (given == null) {
                        throw failed(asked.pod(), failure);
                      }
                      requireStill(asked.pod(), session, request);
                      audit.issuedUnproved(asked.pod(), session, given, peer);
                      calls.served(asked.pod().uid(), given);
                      metrics.credentialsServed(Duration.between(start, clock.instant()));
                      return KiamAnswers.credentials(given);
                    }));
  }

  /** STS may have taken seconds: what counts is who is there, and may have what, now. */
  private void requireStill(Pod pod, Session session, GetPodCredentialsRequest request) {
    PodBinding now = podAt(request.getIp());
    if (!now.pod().uid().equals(pod.uid()) || !sessionOf(now, request.getRole()).equals(session)) {
      throw KiamRefusal.noPod("who is at the address, or its session, has changed meanwhile");
    }
  }

  private PodBinding podAt(String ip) {
    requireReady();
    InetAddress address;
    try {
      // Never a name: ofLiteral does not ask DNS.
      address = InetAddress.ofLiteral(ip);
    } catch (IllegalArgumentException e) {
      throw KiamRefusal.noPod("that is no IP address");
    }
    return switch (callers.at(address)) {
      case Occupant.One(var caller) ->
          callers
              .find(caller.podUid())
              .filter(binding -> binding.pod().canCall())
              .orElseThrow(() -> KiamRefusal.noPod("the pod has just gone"));
      case Occupant.Several(var pods) ->
          throw KiamRefusal.ambiguous("several pods claim the address: " + pods);
      case Occupant.Nobody() -> throw KiamRefusal.noPod("no pod is known there");
    };
  }

  private Session sessionOf(PodBinding binding, String role) {
    Pod pod = binding.pod();
    return switch (binding.entitlement()) {
      case Entitlement.Denial(var reason, var message, var _) ->
          throw KiamRefusal.forbidden(pod, reason, message);
      case Entitlement.NoRole() ->
          throw KiamRefusal.forbidden(
              pod, Reason.NO_ROLE, "pod " + pod.fullName() + " names no role");
      case Entitlement.Binding(var session) -> {
        if (!KiamAnswers.isRole(role, session.role(), roles)) {
          throw KiamRefusal.forbidden(
              pod,
              Reason.ROLE_NOT_PERMITTED,
              "pod %s asks for %s, and its role is %s"
                  .formatted(pod.fullName(), Quoted.of(role), session.role()));
        }
        yield session;
      }
    };
  }

  private void requireReady() {
    if (!ready) {
      throw KiamRefusal.notReady();
    }
  }

  private KiamRefusal failed(Pod pod, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof IssueException issue) {
      failures.failed(pod, issue);
      return KiamRefusal.failed(pod, issue.reason(), String.valueOf(issue.getMessage()));
    }
    LOG.atError()
        .addKeyValue("pod", pod.fullName())
        .setCause(cause)
        .log("Answering an agent of kiam failed for a reason of our own");
    return KiamRefusal.failed(
        pod, Reason.REASON_UNSPECIFIED, "the server failed; see the server's log");
  }

  private <A> void answer(
      KiamCall call, StreamObserver<A> responses, String ip, Supplier<A> decision) {
    A response;
    try {
      response = decision.get();
    } catch (KiamRefusal e) {
      refuse(call, responses, ip, e);
      return;
    }
    metrics.kiamCall(call, KiamOutcome.ANSWERED);
    responses.onNext(response);
    responses.onCompleted();
  }

  private void refuse(KiamCall call, StreamObserver<?> responses, String ip, KiamRefusal refusal) {
    String about = Quoted.of(ip);
    String message = String.valueOf(refusal.getMessage());
    metrics.kiamCall(call, refusal.outcome());
    if (call == KiamCall.GET_POD_CREDENTIALS) {
      boolean refused =
          refusal.outcome() == KiamOutcome.FORBIDDEN || Denials.isDenial(refusal.reason());
      refusal.pod().ifPresent(pod -> calls.failed(pod.uid(), refused));
    }
    if (Denials.isDenial(refusal.reason())) {
      audit.denied(NO_NODE, refusal.pod(), about, refusal.reason(), message);
    }
    // kiam's agents ask some 15 times for each request of a pod; the metric counts.
    LOG.atDebug()
        .addKeyValue("call", call)
        .addKeyValue("address", about)
        .addKeyValue("outcome", refusal.outcome())
        .addKeyValue("reason", refusal.reason())
        .addKeyValue("message", message)
        .log("No answer for an agent of kiam");
    responses.onError(refusal.status(call).asRuntimeException());
  }
}
