/** ServiceAccount tokens of pods, as a kubelet gets and keeps them in a projected volume. */
@NullMarked
package io.iambridge.sandbox.tokens;

import org.jspecify.annotations.NullMarked;
