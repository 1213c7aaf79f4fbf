/**
 * What pods see at 169.254.170.23: credentials for a ServiceAccount token, as EKS Pod Identity
 * gives them, but those of the pod's binding. Who calls is told by source address and token
 * together; the server reviews the token, and neither is ever printed.
 */
@NullMarked
package io.iambridge.agent.podidentity;

import org.jspecify.annotations.NullMarked;
