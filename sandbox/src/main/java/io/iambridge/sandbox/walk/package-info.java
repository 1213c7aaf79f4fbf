/**
 * Two namespaces on their way from kiam: one that walks through all modes, and one that is not
 * ready. What the quickstart shows, its check proves and docs/migration.md tells.
 */
@NullMarked
package io.iambridge.sandbox.walk;

import org.jspecify.annotations.NullMarked;
