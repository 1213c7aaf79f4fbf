/**
 * Makes a plan: what must be done, in order, for namespaces to go from kiam to IRSA or EKS Pod
 * Identity, what stands in the way, and how each step is undone. Pure.
 */
@NullMarked
package io.iambridge.server.plan.model;

import org.jspecify.annotations.NullMarked;
