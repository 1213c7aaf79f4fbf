/**
 * Who is calling: which pod is at which address of which node, kept up to date and pushed to that
 * node's agent.
 */
@NullMarked
package io.iambridge.server.callers;

import org.jspecify.annotations.NullMarked;
