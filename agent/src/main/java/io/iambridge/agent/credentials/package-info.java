/**
 * The credentials of the sessions in use on this node: fetched when a caller with a role appears,
 * renewed ahead of need, kept until they really expire, and dropped with the last caller. Knows
 * neither HTTP nor gRPC.
 */
@NullMarked
package io.iambridge.agent.credentials;

import org.jspecify.annotations.NullMarked;
