/**
 * An emulator of AWS STS that speaks the real query protocol over HTTP and really checks
 * signatures, trust and limits; failures are injected and calls counted for tests.
 */
@NullMarked
package io.iambridge.sandbox.sts;

import org.jspecify.annotations.NullMarked;
