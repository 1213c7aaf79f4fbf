/**
 * An emulator of IAM's own API, as far as plans of trust policies and OpenID Connect providers read
 * and write it: each caller in its own account, with the permissions that it has.
 */
@NullMarked
package io.iambridge.sandbox.iamapi;

import org.jspecify.annotations.NullMarked;
