/**
 * Which pod a ServiceAccount token for EKS Pod Identity proves: reviewed by Kubernetes, remembered
 * for a moment, and compared with who is known to call from where. Never prints a token.
 */
@NullMarked
package io.iambridge.server.tokens;

import org.jspecify.annotations.NullMarked;
