package io.iambridge.agent.podidentity;

import io.iambridge.agent.address.Quota;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.callers.Entitlement.Denial;
import io.iambridge.agent.callers.Entitlement.NoRole;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.credentials.FetchResult.Failed;
import io.iambridge.agent.credentials.FetchResult.Fetched;
import io.iambridge.agent.credentials.FetchResult.Refused;
import io.iambridge.proto.v1.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pods of the node's own network, known by their token alone. Nothing is kept of them here: no
 * departure of an address would ever take it away again. The server is asked each time, and has the
 * credentials in its memory.
 */
final class HostNetworkPods {
  /** A node has some tens of them, and each asks once an hour. */
  static final int CALLS = 64;

  /** They share an address, so each has its share by itself. */
  static final int CALLS_PER_POD = 8;

  private final TokenServer server;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Quota<String> quota = new Quota<>(CALLS_PER_POD);

  HostNetworkPods(TokenServer server) {
    this.server = server;
  }

  void answer(Ask ask, Known pod, Duration patience, InstantSource clock) {
    ask.isOf(pod);
    switch (pod.entitlement()) {
      case NoRole _ ->
          ask.refuse(
              Refusal.NO_ROLE,
              "this pod has no role: annotation iam.amazonaws.com/role is missing");
      case Denial denial -> ask.refuse(denial.reason(), denial.message());
      case Binding binding -> {
        if (!takePlace(pod.podUid())) {
          ask.refuse(Refusal.TOO_MANY_REVIEWS, "too many hostNetwork pods ask at this moment");
          return;
        }
        server.fetch(
            pod.podUid(),
            binding.session(),
            ask.token(),
            patience,
            result -> {
              underWay.decrementAndGet();
              quota.giveBack(pod.podUid());
              answer(ask, binding, result, clock);
            });
      }
    }
  }

  private boolean takePlace(String podUid) {
    if (underWay.incrementAndGet() <= CALLS && quota.take(podUid)) {
      return true;
    }
    underWay.decrementAndGet();
    return false;
  }

  private static void answer(Ask ask, Binding binding, FetchResult result, InstantSource clock) {
    switch (result) {
      case Fetched(var credentials) when clock.instant().isBefore(credentials.expiration()) ->
          ask.answer(binding.roleArn(), credentials, clock.instant());
      case Fetched _ -> ask.refuse(Reason.STS_UNAVAILABLE, "the server sent expired credentials");
      case Refused(var reason, var message, _) -> ask.refuse(reason, message);
      case Failed(var reason, var message, _) -> ask.refuse(reason, message);
    }
  }
}
