package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.server.metrics.ReviewOutcome;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.tokens.AccountName;
import io.iambridge.server.tokens.Review;
import io.iambridge.server.tokens.ReviewException;
import io.iambridge.server.tokens.Reviewer;
import io.iambridge.server.tokens.TokenClaims;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Reviewer} with the API's TokenReview. */
public final class KubernetesReviewer implements Reviewer {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesReviewer.class);

  /** A pod waits for it, and SDKs wait a second or two. */
  private static final int TIMEOUT_MILLIS = 2_000;

  // Kubernetes, "Service account tokens": what a review adds for a token that is bound to a pod.
  private static final String POD_UID = "authentication.kubernetes.io/pod-uid";
  // Since Kubernetes 1.30.
  private static final String NODE_NAME = "authentication.kubernetes.io/node-name";

  /** Of tokens for EKS Pod Identity; others are for somebody else. */
  private static final String POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com";

  private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

  private final SingleCalls calls;
  private final String audience;
  private final Optional<AccountName> account;
  private final InstantSource clock;
  private final Measure measure;

  /** Hears what a review took. */
  @FunctionalInterface
  private interface Measure {
    void reviewed(ReviewOutcome outcome, Duration latency);
  }

  private KubernetesReviewer(
      KubernetesClient client,
      String audience,
      Optional<AccountName> account,
      InstantSource clock,
      Measure measure) {
    this.calls =
        new SingleCalls(
            client, TIMEOUT_MILLIS, "a token review", "create tokenreviews.authentication.k8s.io");
    this.audience = audience;
    this.account = account;
    this.clock = clock;
    this.measure = measure;
  }

  /**
   * Of pods' tokens for EKS Pod Identity, of any service account. Asks with the client's rights:
   * create on tokenreviews.authentication.k8s.io.
   */
  public static KubernetesReviewer ofPods(
      KubernetesClient client, InstantSource clock, ServerMetrics metrics) {
    return new KubernetesReviewer(
        client, POD_IDENTITY_AUDIENCE, Optional.empty(), clock, metrics::tokenReviewed);
  }

  /** Of the tokens that agents prove themselves by, of their service account only. */
  public static KubernetesReviewer ofAgents(
      KubernetesClient client, AccountName account, InstantSource clock, ServerMetrics metrics) {
    return new KubernetesReviewer(
        client, WireKeys.SERVER_AUDIENCE, Optional.of(account), clock, metrics::agentTokenReviewed);
  }

  @Override
  public Review review(String token) throws ReviewException {
    Instant start = clock.instant();
    try {
      Review review = read(token, create(token));
      measure.reviewed(
          review instanceof Review.Authentic ? ReviewOutcome.AUTHENTIC : ReviewOutcome.REJECTED,
          Duration.between(start, clock.instant()));
      calls.answered();
      return review;
    } catch (KubernetesClientException e) {
      measure.reviewed(ReviewOutcome.FAILED, Duration.between(start, clock.instant()));
      throw new ReviewException(calls.failed(e, LOG, "No review of tokens"));
    }
  }

  private TokenReview create(String token) {
    return calls
        .client()
        .tokenReviews()
        .create(
            new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(audience)
                .endSpec()
                .build());
  }

  private Review read(String token, TokenReview answer) {
    TokenReviewStatus status =
        answer.getStatus() == null ? new TokenReviewStatus() : answer.getStatus();
    if (!Boolean.TRUE.equals(status.getAuthenticated())) {
      return new Review.Rejected(
          "Kubernetes does not accept the token: expired, of a deleted pod, not for audience "
              + audience
              + ", or none of this cluster's");
    }
    // An authenticator that knows no audiences answers without (TokenReview's API reference).
    if (status.getAudiences() == null || !status.getAudiences().contains(audience)) {
      return new Review.Rejected("the token is not for audience " + audience);
    }
    if (status.getUser() == null
        || status.getUser().getUsername() == null
        || !status.getUser().getUsername().startsWith(SERVICE_ACCOUNT)) {
      return new Review.Rejected("the token is not a service account's");
    }
    if (account.isPresent() && !account.get().username().equals(status.getUser().getUsername())) {
      return new Review.Rejected("the token is not of service account " + account.get());
    }
    Map<String, List<String>> extra =
        status.getUser().getExtra() == null ? Map.of() : status.getUser().getExtra();
    Optional<String> pod = only(extra, POD_UID);
    Optional<Instant> expiration = TokenClaims.expiration(token);
    if (pod.isEmpty() || expiration.isEmpty()) {
      return new Review.Rejected("the token is not bound to a pod");
    }
    return new Review.Authentic(pod.get(), only(extra, NODE_NAME), expiration.get());
  }

  private static Optional<String> only(Map<String, List<String>> extra, String key) {
    List<String> values = extra.get(key);
    return values == null || values.size() != 1
        ? Optional.empty()
        : Optional.of(values.getFirst()).filter(value -> !value.isEmpty());
  }
}
