/** The edge to AWS IAM, which is only looked at: trust policies and OIDC providers. */
@NullMarked
package io.iambridge.server.iam;

import org.jspecify.annotations.NullMarked;
