/**
 * Credentials of sessions: kept, shared, and asked for again before they get old. Knows no STS,
 * gRPC or Kubernetes.
 */
@NullMarked
package io.iambridge.server.credentials;

import org.jspecify.annotations.NullMarked;
