/**
 * A stand-in for EKS Auth: pod identity associations of one cluster, tokens reviewed by its
 * Kubernetes API, credentials of roles that trust EKS; in this process and over HTTP.
 */
@NullMarked
package io.iambridge.sandbox.eksauth;

import org.jspecify.annotations.NullMarked;
