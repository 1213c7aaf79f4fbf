/**
 * Notices that somebody else is behind an address: the node's kernel tells which link-layer address
 * on which interface it reaches every neighbour at. Where it tells nothing, nothing is noticed.
 */
@NullMarked
package io.iambridge.agent.neighbours;

import org.jspecify.annotations.NullMarked;
