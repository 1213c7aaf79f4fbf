/**
 * Which pod a ServiceAccount token proves: reviewed by Kubernetes, remembered for a moment, and, of
 * tokens for EKS Pod Identity, compared with who is known to call from where. Never prints a token.
 */
@NullMarked
package io.iambridge.server.tokens;

import org.jspecify.annotations.NullMarked;
