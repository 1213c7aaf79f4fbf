/**
 * What a pod may have: its annotations and its namespace's rule, put together into an entitlement.
 * Pure.
 */
@NullMarked
package io.iambridge.server.bindings;

import org.jspecify.annotations.NullMarked;
