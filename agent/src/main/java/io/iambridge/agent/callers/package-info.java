/**
 * Who is calling from which address of this node: a mirror of what the server pushes, written by
 * one thread and read by all. An address that is not known yet may be waited for, briefly.
 */
@NullMarked
package io.iambridge.agent.callers;

import org.jspecify.annotations.NullMarked;
