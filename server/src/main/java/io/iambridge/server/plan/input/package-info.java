/** Everything that a plan depends on, read from Kubernetes and IAM before, as plain values. */
@NullMarked
package io.iambridge.server.plan.input;

import org.jspecify.annotations.NullMarked;
