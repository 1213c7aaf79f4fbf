/**
 * The agent's side of the connection to the server: the watch of callers, which never gives up, the
 * calls for credentials, reviews of pods' tokens and confirmations of callers, the agent's own
 * token, and the server's time.
 */
@NullMarked
package io.iambridge.agent.upstream;

import org.jspecify.annotations.NullMarked;
