/** A server, a client and a running agent for tests. */
@NullMarked
package io.iambridge.agent.testing;

import org.jspecify.annotations.NullMarked;
