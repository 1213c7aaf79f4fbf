package io.iambridge.server.evidence;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.Workload;
import java.util.List;
import java.util.Locale;

/**
 * What evidence says of a pod besides its calls.
 *
 * @param node where it is
 * @param role the ARN that it may have; empty for none
 * @param mode the label of the mode that is in force for it, whoever set it
 * @param fellBack whether it is bound as in mode {@code kiam} though its mode says otherwise
 * @param carries labels of what its containers carry, sorted
 */
public record PodFacts(
    String node,
    String namespace,
    Workload workload,
    String serviceAccount,
    String role,
    String mode,
    boolean fellBack,
    List<String> carries) {
  public PodFacts {
    carries = List.copyOf(carries);
  }

  /** Of a pod and what it may have now. */
  public static PodFacts of(PodBinding binding) {
    Pod pod = binding.pod();
    return new PodFacts(
        pod.node(),
        pod.namespace(),
        pod.origin().workload(),
        pod.serviceAccount(),
        binding.entitlement() instanceof Entitlement.Binding bound
            ? bound.session().role().toString()
            : "",
        binding.mode().mode().label(),
        binding.fellBack().isPresent(),
        pod.origin().carries().stream().map(PodFacts::label).sorted().toList());
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
