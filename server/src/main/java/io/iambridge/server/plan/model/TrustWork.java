package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.trust.Merged;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.util.List;
import java.util.Optional;

/**
 * A role, and what is to be done with its trust policy.
 *
 * @param role the role
 * @param file the name of its files, without what follows the point
 * @param present what it trusts now
 * @param before what it trusted before any plan was carried out; empty where it is not known now
 * @param merged what it is to trust, besides what it trusts now; without that where it is not known
 * @param retired what it is to trust in the end; empty where it is not known now
 * @param chainsTo the role whose assumption is the one permission of this one, which is ours
 * @param namespaces of the plan that use it
 * @param otherNamespaces that use it too
 */
public record TrustWork(
    RoleArn role,
    String file,
    PresentTrust present,
    Optional<TrustDocument> before,
    Merged merged,
    Optional<TrustDocument> retired,
    Optional<RoleArn> chainsTo,
    List<String> namespaces,
    List<String> otherNamespaces) {
  public TrustWork {
    namespaces = List.copyOf(namespaces);
    otherNamespaces = List.copyOf(otherNamespaces);
  }

  /** The trust policy as it is; empty where it is not known. */
  public Optional<TrustDocument> now() {
    return present instanceof PresentTrust.Known(TrustDocument document)
        ? Optional.of(document)
        : Optional.empty();
  }

  /** Whether the role is ours and has to be made. */
  public boolean create() {
    return chainsTo.isPresent() && now().isEmpty();
  }

  /** Whether there is a whole policy to write in place of the present one. */
  public boolean replaces() {
    return now().isPresent() && merged.changed() && merged.fits();
  }

  /** Whether there is a whole policy that the way back takes away again. */
  public boolean undoes() {
    return merged.fits()
        && before.filter(document -> !document.equals(merged.document())).isPresent();
  }

  /** Whether earlier plans have changed the trust policy already. */
  public boolean replanned() {
    return !before.equals(now());
  }

  /** Whether there is only a statement, for somebody else to add. */
  public boolean statementOnly() {
    return now().isEmpty() && !create();
  }
}
