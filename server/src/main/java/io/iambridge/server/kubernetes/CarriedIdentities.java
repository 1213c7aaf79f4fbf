package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.iambridge.server.cluster.CarriedIdentity;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what a pod's containers carry of IRSA and EKS Pod Identity: only the names, no values. */
final class CarriedIdentities {
  // amazon-eks-pod-identity-webhook, pkg/handler/handler.go.
  private static final Map<String, CarriedIdentity> VARIABLES =
      Map.of(
          "AWS_WEB_IDENTITY_TOKEN_FILE", CarriedIdentity.IRSA,
          "AWS_CONTAINER_CREDENTIALS_FULL_URI", CarriedIdentity.POD_IDENTITY);

  private CarriedIdentities() {}

  static Set<CarriedIdentity> of(PodSpec spec) {
    Set<CarriedIdentity> carried = EnumSet.noneOf(CarriedIdentity.class);
    Stream.concat(of(spec.getContainers()), of(spec.getInitContainers()))
        .map(variable -> variable.getName() == null ? null : VARIABLES.get(variable.getName()))
        .filter(Objects::nonNull)
        .forEach(carried::add);
    return carried;
  }

  private static Stream<EnvVar> of(@Nullable List<Container> containers) {
    return containers == null
        ? Stream.empty()
        : containers.stream()
            .filter(container -> container != null && container.getEnv() != null)
            .flatMap(container -> container.getEnv().stream())
            .filter(Objects::nonNull);
  }
}
