/**
 * Trust policies of IAM roles: what a migration adds to them, and takes away at its end. JSON in,
 * JSON out, nothing else of AWS.
 */
@NullMarked
package io.iambridge.server.plan.trust;

import org.jspecify.annotations.NullMarked;
