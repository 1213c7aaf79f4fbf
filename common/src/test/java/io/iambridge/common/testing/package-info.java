/** Clocks, schedulers and certificates for tests and the sandbox. */
@NullMarked
package io.iambridge.common.testing;

import org.jspecify.annotations.NullMarked;
