/**
 * The mechanisms that namespaces move to: credentials by a token of the pod's own service account,
 * from STS or EKS Auth, and what it means when they give none.
 */
@NullMarked
package io.iambridge.server.targets;

import org.jspecify.annotations.NullMarked;
