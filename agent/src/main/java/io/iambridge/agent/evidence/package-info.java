/** What the agent saw of its node's callers: counted for each pod, and reported to the server. */
@NullMarked
package io.iambridge.agent.evidence;

import org.jspecify.annotations.NullMarked;
