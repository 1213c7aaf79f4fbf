package io.iambridge.server.plan.input;

import io.iambridge.server.plan.trust.Former;
import io.iambridge.server.roles.RoleArn;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What earlier plans in the same place were for.
 *
 * @param trust what they have of roles' trust policies, by namespace
 * @param folders of namespaces that stay there unless they are planned for again
 * @param shared what namespaces have in common
 */
public record Earlier(
    Map<String, Map<RoleArn, Former>> trust,
    SortedMap<String, String> folders,
    EarlierShared shared) {
  /** There were none. */
  public static final Earlier NONE = new Earlier(Map.of(), new TreeMap<>(), EarlierShared.NONE);

  public Earlier {
    trust = Map.copyOf(trust);
    folders = Collections.unmodifiableSortedMap(new TreeMap<>(folders));
  }

  /** What those for the namespaces have of a role. */
  public List<Former> of(RoleArn role, Collection<String> namespaces) {
    return of(role, namespaces.stream());
  }

  /** What those for all other namespaces have of a role. */
  public List<Former> others(RoleArn role, Collection<String> namespaces) {
    return of(role, trust.keySet().stream().filter(name -> !namespaces.contains(name)).sorted());
  }

  private List<Former> of(RoleArn role, Stream<String> namespaces) {
    return namespaces
        .map(name -> Optional.ofNullable(trust.getOrDefault(name, Map.of()).get(role)))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The same, but that no folder stays. */
  public Earlier replaced() {
    return new Earlier(trust, new TreeMap<>(), EarlierShared.NONE);
  }
}
