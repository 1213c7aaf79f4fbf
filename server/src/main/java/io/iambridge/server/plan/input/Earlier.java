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

/**
 * What earlier plans in the same place were for.
 *
 * @param trust what they have of roles' trust policies, by namespace
 * @param folders of namespaces that stay there unless they are planned for again
 */
public record Earlier(Map<String, Map<RoleArn, Former>> trust, SortedMap<String, String> folders) {
  /** There were none. */
  public static final Earlier NONE = new Earlier(Map.of(), new TreeMap<>());

  public Earlier {
    trust = Map.copyOf(trust);
    folders = Collections.unmodifiableSortedMap(new TreeMap<>(folders));
  }

  /** What those for the namespaces have of a role. */
  public List<Former> of(RoleArn role, Collection<String> namespaces) {
    return namespaces.stream()
        .map(name -> Optional.ofNullable(trust.getOrDefault(name, Map.of()).get(role)))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The same, but that no folder stays. */
  public Earlier replaced() {
    return new Earlier(trust, new TreeMap<>());
  }
}
