/**
 * OpenID Connect as far as service account tokens and AWS use it: an issuer's keys and what it
 * publishes of them, and the side that fetches them and checks tokens.
 */
@NullMarked
package io.iambridge.sandbox.oidc;

import org.jspecify.annotations.NullMarked;
