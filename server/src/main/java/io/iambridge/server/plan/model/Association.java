package io.iambridge.server.plan.model;

import io.iambridge.server.roles.RoleArn;
import java.util.Optional;

/**
 * A Pod Identity association.
 *
 * @param serviceAccount of the namespace
 * @param role in the cluster's account
 * @param target the role of another account that is assumed with it
 */
public record Association(String serviceAccount, RoleArn role, Optional<RoleArn> target) {}
