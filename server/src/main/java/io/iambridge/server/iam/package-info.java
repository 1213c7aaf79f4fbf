/** The edge to AWS IAM, which is only looked at. */
@NullMarked
package io.iambridge.server.iam;

import org.jspecify.annotations.NullMarked;
