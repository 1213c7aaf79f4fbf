/**
 * A stand-in for the EKS Pod Identity agent of a node and for EKS Auth behind it: the real surface,
 * tokens reviewed by the Kubernetes API, credentials of roles that trust EKS.
 */
@NullMarked
package io.iambridge.sandbox.eksagent;

import org.jspecify.annotations.NullMarked;
