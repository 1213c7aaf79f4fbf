package io.iambridge.server.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.tokens.AgentReviews;
import io.iambridge.server.tokens.Review;
import io.iambridge.server.tokens.Review.Authentic;
import io.iambridge.server.tokens.Review.Rejected;
import io.iambridge.server.tokens.ReviewException;
import java.util.Optional;

/**
 * The node that a token of the agents' service account is bound to, by the agent's pod: what
 * Kubernetes says when it reviews the token, or where its pod is, before Kubernetes 1.30.
 */
public final class TokenNode implements NodeIdentity {
  /** Tokens of real clusters have one or two thousand characters. */
  private static final int LONGEST_TOKEN = 16 * 1024;

  private final AgentReviews reviews;
  private final CallerIndex callers;

  /** With what Kubernetes says, and who is where. */
  public TokenNode(AgentReviews reviews, CallerIndex callers) {
    this.reviews = reviews;
    this.callers = callers;
  }

  @Override
  public Finding nodeOf(Metadata headers, Attributes connection) {
    String header = headers.get(WireKeys.AUTHORIZATION);
    if (header == null || !header.startsWith(WireKeys.BEARER)) {
      return notProved("the call carries no token: is the agent started with --agent-auth=token?");
    }
    String token = header.substring(WireKeys.BEARER.length());
    if (token.isEmpty() || token.length() > LONGEST_TOKEN) {
      return notProved("this is no ServiceAccount token");
    }
    try {
      return switch (reviews.review(token)) {
        case Rejected(var why) -> notProved(why);
        case Authentic authentic -> node(token, authentic);
      };
    } catch (ReviewException e) {
      return new Refused(
          Reason.TOKEN_REVIEW_UNAVAILABLE, String.valueOf(e.getMessage()), Optional.empty());
    }
  }

  private Finding node(String token, Authentic authentic) throws ReviewException {
    Optional<Pod> pod = callers.find(authentic.podUid()).map(PodBinding::pod);
    if (pod.isPresent()) {
      return at(pod.get(), authentic);
    }
    // New, and we have not heard of it; or gone, and then Kubernetes knows, if it is asked now.
    Review now = reviews.reviewAnew(token);
    return switch (now) {
      case Rejected(var why) -> notProved(why);
      case Authentic anew when anew.node().isPresent() ->
          new Proved(anew.node().get(), anew.expiration());
      case Authentic _ ->
          new Refused(
              Reason.NODE_UNKNOWN, "the agent's pod is not known yet, or gone", Optional.empty());
    };
  }

  private static Finding at(Pod pod, Authentic authentic) {
    if (!pod.lives()) {
      return notProved("the agent's pod has ended, or is on no node");
    }
    return authentic.node().isPresent() && !authentic.node().get().equals(pod.node())
        ? notProved("the token was made for another node than its pod is on")
        : new Proved(pod.node(), authentic.expiration());
  }

  private static Refused notProved(String why) {
    return new Refused(
        Reason.NODE_UNKNOWN,
        "the agent's token proves no node: " + why,
        Optional.of(SecurityEvent.Kind.AGENT_NOT_PROVED));
  }
}
