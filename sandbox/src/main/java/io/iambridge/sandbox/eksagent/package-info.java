/**
 * A stand-in for the EKS Pod Identity agent of a node: the real surface, and the sandbox's EKS Auth
 * behind it.
 */
@NullMarked
package io.iambridge.sandbox.eksagent;

import org.jspecify.annotations.NullMarked;
