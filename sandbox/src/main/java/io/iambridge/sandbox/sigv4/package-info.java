/**
 * AWS Signature Version 4, the receiving side: finds out who signed a request. Written from AWS's
 * documentation, not on the AWS SDK, so that what the SDK signs is really checked.
 */
@NullMarked
package io.iambridge.sandbox.sigv4;

import org.jspecify.annotations.NullMarked;
