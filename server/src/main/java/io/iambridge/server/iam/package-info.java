/** Reads from IAM what a plan has to know: trust policies and OIDC providers. Changes nothing. */
@NullMarked
package io.iambridge.server.iam;

import org.jspecify.annotations.NullMarked;
