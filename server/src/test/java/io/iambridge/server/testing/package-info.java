/** Fakes for the server's tests. */
@NullMarked
package io.iambridge.server.testing;

import org.jspecify.annotations.NullMarked;
