/** The state of each namespace's migration, in the Kubernetes API, and what to do next. */
@NullMarked
package io.iambridge.server.migration;

import org.jspecify.annotations.NullMarked;
