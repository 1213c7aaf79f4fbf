package io.iambridge.server.plan.trust;

import java.util.List;

/**
 * A trust policy with what the role is to trust besides.
 *
 * @param document the policy
 * @param changed whether it is another than before
 * @param folds wildcards that are new in it
 * @param strangers service accounts that a wildcard of an earlier plan lets in and that are not
 *     known to be meant
 * @param quota how many characters it may have
 */
public record Merged(
    TrustDocument document, boolean changed, List<Fold> folds, List<Subject> strangers, int quota) {
  public Merged {
    folds = List.copyOf(folds);
    strangers = List.copyOf(strangers);
  }

  /** Its characters without white space. */
  public int size() {
    return document.size();
  }

  /** Whether IAM takes a policy of that size. */
  public boolean fits() {
    return size() <= quota;
  }
}
