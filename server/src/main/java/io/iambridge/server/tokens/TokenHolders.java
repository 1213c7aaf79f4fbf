package io.iambridge.server.tokens;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.Occupant;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.tokens.Finding.Found;
import io.iambridge.server.tokens.Finding.Refused;
import io.iambridge.server.tokens.Review.Authentic;
import io.iambridge.server.tokens.Review.Rejected;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the pod that a token proves, and compares it with who is known to be where it came from. A
 * token alone is not enough: one that was stolen from a pod must be worth nothing elsewhere.
 */
public final class TokenHolders {
  /** Tokens of real clusters have one or two thousand characters. */
  static final int LONGEST_TOKEN = 16 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(TokenHolders.class);

  private final CallerIndex callers;
  private final TokenReviews reviews;

  /** With who is where, and what Kubernetes says. */
  public TokenHolders(CallerIndex callers, TokenReviews reviews) {
    this.callers = callers;
    this.reviews = reviews;
  }

  /** The pod of a token that came to the node's agent from an address. Never fails. */
  public CompletableFuture<Finding> at(InetAddress source, String token, String node) {
    return find(token, node, binding -> elsewhere(binding.pod(), source, node));
  }

  /**
   * The hostNetwork pod of a token whose source was compared before, if it is the pod with this
   * UID. Never fails.
   */
  public CompletableFuture<Finding> hostNetworkPod(String podUid, String token, String node) {
    return find(
        token,
        node,
        binding ->
            binding.pod().uid().equals(podUid) && binding.pod().hostNetwork()
                ? Optional.empty()
                : Optional.of(otherCaller("the token is another pod's")));
  }

  private CompletableFuture<Finding> find(
      String token, String node, Function<PodBinding, Optional<Refused>> objection) {
    if (token.isEmpty() || token.length() > LONGEST_TOKEN) {
      return CompletableFuture.completedFuture(invalid("this is no ServiceAccount token"));
    }
    return reviews
        .review(token)
        .handle((review, failure) ->
            switch (review) {
              case null -> unavailable(failure);
              case Rejected(var why) -> invalid(why);
              case Authentic authentic -> holder(token, authentic, node, objection);
            });
  }

  private Finding holder(
      String token,
      Authentic authentic,
      String node,
      Function<PodBinding, Optional<Refused>> objection) {
    if (authentic.node().isPresent() && !authentic.node().get().equals(node)) {
      return otherNode();
    }
    Optional<PodBinding> binding =
        callers.find(authentic.podUid()).filter(found -> found.pod().lives());
    if (binding.isEmpty()) {
      // New, and we have not heard of it; or gone, and then the next review says so.
      reviews.forget(token);
      return new Refused(Reason.CALLER_UNKNOWN, "the token's pod is not known yet, or gone");
    }
    if (!binding.get().pod().node().equals(node)) {
      return otherNode();
    }
    Optional<Refused> objected = objection.apply(binding.get());
    return objected.isPresent() ? objected.get() : new Found(binding.get(), authentic.expiration());
  }

  /** Why the pod cannot be who calls from there. */
  private Optional<Refused> elsewhere(Pod pod, InetAddress source, String node) {
    Occupant there = callers.at(node, source);
    if (pod.hostNetwork()) {
      return there instanceof Occupant.Nobody
          ? Optional.empty()
          : Optional.of(otherCaller("the token is of a hostNetwork pod, and came from another"));
    }
    return switch (there) {
      case Occupant.One(var caller) when caller.podUid().equals(pod.uid()) -> Optional.empty();
      case Occupant.Several _ ->
          Optional.of(
              new Refused(Reason.CALLER_UNKNOWN, "several pods claim the address it came from"));
      case Occupant.One _, Occupant.Nobody _ ->
          // A new pod calls before its kubelet tells its address.
          Optional.of(
              pod.addresses().isEmpty()
                  ? new Refused(
                      Reason.CALLER_UNKNOWN, "the address of the token's pod is not known yet")
                  : otherCaller("the token is not that of the pod it came from"));
    };
  }

  private static Refused invalid(String why) {
    return new Refused(Reason.TOKEN_INVALID, why);
  }

  private static Refused otherCaller(String why) {
    return new Refused(Reason.TOKEN_OTHER_CALLER, why);
  }

  private static Refused otherNode() {
    return otherCaller("the token is of a pod on another node");
  }

  private static Refused unavailable(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ReviewException review) {
      return new Refused(Reason.TOKEN_REVIEW_UNAVAILABLE, String.valueOf(review.getMessage()));
    }
    // Its class only: whatever could not be read may stand in its message, and hold the token.
    LOG.atError()
        .addKeyValue("exception", cause.getClass().getName())
        .log("A review of a token failed for a reason of our own");
    return new Refused(
        Reason.TOKEN_REVIEW_UNAVAILABLE, "the server failed to have the token reviewed");
  }
}
