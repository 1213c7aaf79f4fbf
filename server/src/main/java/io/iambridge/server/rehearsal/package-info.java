/**
 * Proving that the mechanism a namespace is to move to would work, without serving it: what is to
 * be tried, what came of it, and what to change.
 */
@NullMarked
package io.iambridge.server.rehearsal;

import org.jspecify.annotations.NullMarked;
