/** Twenty namespaces on their way from kiam to IRSA and Pod Identity, under traffic. */
@NullMarked
package io.iambridge.sandbox.migration;

import org.jspecify.annotations.NullMarked;
