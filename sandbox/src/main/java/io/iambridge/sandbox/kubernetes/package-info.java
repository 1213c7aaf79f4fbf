/**
 * A Kubernetes API small enough to embed, for fabric8 clients, kubectl and curl alike, and a
 * kubelet that runs pods without containers.
 */
@NullMarked
package io.iambridge.sandbox.kubernetes;

import org.jspecify.annotations.NullMarked;
