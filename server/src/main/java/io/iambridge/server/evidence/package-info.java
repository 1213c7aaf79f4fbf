/** What was seen of real callers, by workload; kept in the Kubernetes API. */
@NullMarked
package io.iambridge.server.evidence;

import org.jspecify.annotations.NullMarked;
