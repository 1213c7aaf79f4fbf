package io.iambridge.server.plan.input;

import io.iambridge.server.roles.RoleArn;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Everything that a plan depends on: the same input, the same plan.
 *
 * @param cluster as AWS knows it
 * @param settings what the person wants
 * @param namespaces all of the cluster, those that are not planned for as well
 * @param trust the trust policies of roles; one that is missing counts as not readable
 * @param providers OIDC providers by account; one that is missing counts as not readable
 * @param gaps what could not be read, each in a sentence
 * @param earlier what earlier plans in the same place were for
 */
public record PlanInput(
    ClusterFacts cluster,
    PlanSettings settings,
    List<NamespaceFacts> namespaces,
    Map<RoleArn, PresentTrust> trust,
    Map<String, PresentProvider> providers,
    List<String> gaps,
    Earlier earlier) {
  public PlanInput {
    namespaces = List.copyOf(namespaces);
    trust = Map.copyOf(trust);
    providers = Map.copyOf(providers);
    gaps = List.copyOf(gaps);
  }

  /** Of a first plan. */
  public PlanInput(
      ClusterFacts cluster,
      PlanSettings settings,
      List<NamespaceFacts> namespaces,
      Map<RoleArn, PresentTrust> trust,
      Map<String, PresentProvider> providers,
      List<String> gaps) {
    this(cluster, settings, namespaces, trust, providers, gaps, Earlier.NONE);
  }

  /** The namespaces that earlier plans were for and this one is not, whose folders stay. */
  public SortedSet<String> staying() {
    SortedSet<String> staying = new TreeSet<>(earlier.folders().keySet());
    namespaces.stream()
        .filter(NamespaceFacts::planned)
        .forEach(namespace -> staying.remove(namespace.name()));
    return staying;
  }

  /** The same, after earlier plans. */
  public PlanInput after(Earlier plans) {
    return new PlanInput(cluster, settings, namespaces, trust, providers, gaps, plans);
  }
}
