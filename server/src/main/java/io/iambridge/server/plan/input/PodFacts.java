package io.iambridge.server.plan.input;

import java.time.Instant;

/**
 * A pod of a workload.
 *
 * @param name metadata.name
 * @param created metadata.creationTimestamp
 * @param carriesIrsa whether a container has the environment of IRSA
 * @param carriesPodIdentity whether a container has the environment of EKS Pod Identity
 */
public record PodFacts(
    String name, Instant created, boolean carriesIrsa, boolean carriesPodIdentity) {}
