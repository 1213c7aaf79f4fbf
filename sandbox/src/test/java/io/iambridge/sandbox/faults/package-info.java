/**
 * What happens to pods while something is broken: faults of the whole system, each under steady
 * traffic, every answer counted, and the page that says what came of it.
 */
@NullMarked
package io.iambridge.sandbox.faults;

import org.jspecify.annotations.NullMarked;
