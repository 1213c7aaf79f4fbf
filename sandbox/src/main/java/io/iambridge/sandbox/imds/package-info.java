/**
 * A stand-in for the real instance metadata service of a node: IMDSv2, the node's role, documents,
 * and a memory of every request as it was on the wire.
 */
@NullMarked
package io.iambridge.sandbox.imds;

import org.jspecify.annotations.NullMarked;
