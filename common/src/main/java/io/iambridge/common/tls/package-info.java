/** Certificates in files, as Kubernetes mounts them, reloaded when they change. */
@NullMarked
package io.iambridge.common.tls;

import org.jspecify.annotations.NullMarked;
