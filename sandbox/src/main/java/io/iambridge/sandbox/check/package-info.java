/**
 * Proof that a sandbox works: what quickstart --check does, and what the end-to-end tests build on.
 */
@NullMarked
package io.iambridge.sandbox.check;

import org.jspecify.annotations.NullMarked;
