package io.iambridge.sandbox.kubernetes;

import java.util.List;
import java.util.Optional;

/**
 * Which objects a request is about.
 *
 * @param namespace empty for cluster-scoped objects, and for a collection over all namespaces
 * @param name empty for a collection
 * @param subresource empty, or {@code status}
 */
record ApiPath(ResourceType type, String namespace, String name, String subresource) {

  /** Finds out what a path names; empty when it is no object's path. */
  static Optional<ApiPath> parse(ResourceTypes types, String path) {
    List<String> parts = List.of(path.substring(1).split("/", -1));
    if (parts.size() >= 3 && parts.get(0).equals("api")) {
      return parse(types, "", parts.get(1), parts.subList(2, parts.size()));
    }
    if (parts.size() >= 4 && parts.get(0).equals("apis")) {
      return parse(types, parts.get(1), parts.get(2), parts.subList(3, parts.size()));
    }
    return Optional.empty();
  }

  private static Optional<ApiPath> parse(
      ResourceTypes types, String group, String version, List<String> rest) {
    boolean inNamespace = rest.getFirst().equals("namespaces") && rest.size() >= 3;
    if (inNamespace && !rest.get(2).equals("status")) {
      return find(types, group, version, rest.get(1), rest.subList(2, rest.size()));
    }
    return find(types, group, version, "", rest);
  }

  private static Optional<ApiPath> find(
      ResourceTypes types, String group, String version, String namespace, List<String> rest) {
    String subresource = rest.size() == 3 ? rest.get(2) : "";
    if (rest.size() > 3 || !(subresource.isEmpty() || subresource.equals("status"))) {
      return Optional.empty();
    }
    String name = rest.size() >= 2 ? rest.get(1) : "";
    return types.all().stream()
        .filter(type -> type.group().equals(group) && type.version().equals(version))
        .filter(type -> type.plural().equals(rest.getFirst()))
        .filter(type -> namespace.isEmpty() || type.namespaced())
        .filter(type -> name.isEmpty() || type.namespaced() == !namespace.isEmpty())
        .findFirst()
        .map(type -> new ApiPath(type, namespace, name, subresource));
  }

  boolean isCollection() {
    return name.isEmpty();
  }
}
