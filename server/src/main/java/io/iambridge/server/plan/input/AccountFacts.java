package io.iambridge.server.plan.input;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service account.
 *
 * @param name metadata.name
 * @param annotations those of eks.amazonaws.com and iambridge.io
 * @param annotated when its {@code eks.amazonaws.com/role-arn} was last changed, where Kubernetes
 *     tells
 * @param imagePullSecrets their names
 * @param automount {@code automountServiceAccountToken}, where it is set
 * @param bindings what gives it permissions in Kubernetes
 */
public record AccountFacts(
    String name,
    Map<String, String> annotations,
    Optional<Instant> annotated,
    List<String> imagePullSecrets,
    Optional<Boolean> automount,
    List<BindingFacts> bindings) {
  /** EKS's annotation: the one role of the account. */
  public static final String ROLE = "eks.amazonaws.com/role-arn";

  /** EKS's annotation: for whom tokens are. */
  public static final String AUDIENCE = "eks.amazonaws.com/audience";

  /** Our annotation: the role that is assumed with the credentials of {@link #ROLE}. */
  public static final String TARGET_ROLE = "iambridge.io/target-role-arn";

  /** Where {@link #AUDIENCE} is missing. */
  public static final String DEFAULT_AUDIENCE = "sts.amazonaws.com";

  public AccountFacts {
    annotations = Map.copyOf(annotations);
    imagePullSecrets = List.copyOf(imagePullSecrets);
    bindings = List.copyOf(bindings);
  }

  /** For whom its tokens are. */
  public String audience() {
    return annotations.getOrDefault(AUDIENCE, DEFAULT_AUDIENCE);
  }
}
