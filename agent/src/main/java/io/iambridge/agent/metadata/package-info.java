/**
 * The way to the node's true metadata service, for what an operator allows and never for
 * credentials: requests of our own making, with our own session token, cached and bounded.
 */
@NullMarked
package io.iambridge.agent.metadata;

import org.jspecify.annotations.NullMarked;
