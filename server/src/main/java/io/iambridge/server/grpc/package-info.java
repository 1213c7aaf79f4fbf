/**
 * The edge towards the agents: the contract's service over TLS. Which node an agent is on is
 * decided here, in one place, and every answer is about that node's pods only.
 */
@NullMarked
package io.iambridge.server.grpc;

import org.jspecify.annotations.NullMarked;
