/**
 * The agent's side of the connection to the server: the watch of callers, which never gives up, and
 * the call for credentials.
 */
@NullMarked
package io.iambridge.agent.upstream;

import org.jspecify.annotations.NullMarked;
