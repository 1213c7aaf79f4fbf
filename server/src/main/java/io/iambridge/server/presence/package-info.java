/**
 * Whether a pod still is where an agent believes it to be, from what Kubernetes says when it is
 * asked anew, and not from what the watch has brought so far.
 */
@NullMarked
package io.iambridge.server.presence;

import org.jspecify.annotations.NullMarked;
