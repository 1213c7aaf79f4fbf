package io.iambridge.server.plan.input;

import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What namespaces of an earlier plan have in common, which those that stay still need.
 *
 * @param providers OIDC providers by account
 * @param roles ours, by which pods get to roles of other accounts
 */
public record EarlierShared(SortedMap<String, Provider> providers, Map<RoleArn, Role> roles) {
  /** There is nothing. */
  public static final EarlierShared NONE = new EarlierShared(new TreeMap<>(), Map.of());

  public EarlierShared {
    providers = Collections.unmodifiableSortedMap(new TreeMap<>(providers));
    roles = Map.copyOf(roles);
  }

  /**
   * An OIDC provider.
   *
   * @param audiences that tokens are for
   * @param present what was there
   */
  public record Provider(SortedSet<String> audiences, PresentProvider present) {
    public Provider {
      audiences = Collections.unmodifiableSortedSet(new TreeSet<>(audiences));
    }
  }

  /**
   * A role of ours.
   *
   * @param chainsTo the role whose assumption is its one permission
   * @param policy what it is to trust
   * @param present what was there; empty where there was no such role
   * @param before what it trusted before any plan was carried out, if there was such a role
   * @param retired what it is to trust in the end
   * @param namespaces that need it
   */
  public record Role(
      RoleArn chainsTo,
      TrustDocument policy,
      Optional<TrustDocument> present,
      Optional<TrustDocument> before,
      Optional<TrustDocument> retired,
      List<String> namespaces) {
    public Role {
      namespaces = List.copyOf(namespaces);
    }

    /** Those of its namespaces that are among these, in order. */
    public SortedSet<String> namespaces(Collection<String> among) {
      SortedSet<String> both = new TreeSet<>(namespaces);
      both.retainAll(among);
      return both;
    }
  }
}
