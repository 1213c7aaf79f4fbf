/**
 * What the server tells operators about itself, in the words of its domain; Prometheus is behind
 * it.
 */
@NullMarked
package io.iambridge.server.metrics;

import org.jspecify.annotations.NullMarked;
