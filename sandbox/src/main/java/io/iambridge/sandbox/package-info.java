/** The whole system on one machine. */
@NullMarked
package io.iambridge.sandbox;

import org.jspecify.annotations.NullMarked;
