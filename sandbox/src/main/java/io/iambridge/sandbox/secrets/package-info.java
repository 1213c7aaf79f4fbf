/**
 * Remembers every secret that a stand-in gives out, so that a test can look for them in all logs.
 */
@NullMarked
package io.iambridge.sandbox.secrets;

import org.jspecify.annotations.NullMarked;
