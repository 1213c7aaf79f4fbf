/**
 * What the lab's run of real SDK clients is about: which there are, what they said and sent, and
 * the table of it.
 */
@NullMarked
package io.iambridge.sandbox.matrix;

import org.jspecify.annotations.NullMarked;
