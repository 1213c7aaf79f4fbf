/** How far namespaces and pods have migrated, by their labels. Pure. */
@NullMarked
package io.iambridge.server.modes;

import org.jspecify.annotations.NullMarked;
