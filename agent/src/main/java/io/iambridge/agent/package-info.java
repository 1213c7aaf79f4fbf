/** The agent: starts, wires and stops what answers the pods of one node. */
@NullMarked
package io.iambridge.agent;

import org.jspecify.annotations.NullMarked;
