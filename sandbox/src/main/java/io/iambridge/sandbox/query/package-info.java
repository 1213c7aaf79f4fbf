/**
 * The receiving side of AWS's query protocol, which STS and IAM speak: form parameters in, XML out,
 * signatures checked.
 */
@NullMarked
package io.iambridge.sandbox.query;

import org.jspecify.annotations.NullMarked;
