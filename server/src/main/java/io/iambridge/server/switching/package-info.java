/**
 * Changes of a namespace's mode, made such that no caller waits: what the new mode gives is got
 * before the old one ends.
 */
@NullMarked
package io.iambridge.server.switching;

import org.jspecify.annotations.NullMarked;
