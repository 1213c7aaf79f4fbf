package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.roles.RoleArn;
import java.util.Optional;

/**
 * A workload, and the role that it has now.
 *
 * @param workload the workload
 * @param role that it is given now; empty for none
 * @param byDefault whether that is the default role, and not its own annotation's
 * @param trouble why it is not given the role that it names
 */
record Want(
    WorkloadFacts workload, Optional<RoleArn> role, boolean byDefault, Optional<Block> trouble) {}
