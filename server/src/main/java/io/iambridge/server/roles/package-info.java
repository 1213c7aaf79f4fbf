/** Names that AWS knows: role ARNs, how an annotation becomes one, and session names. */
@NullMarked
package io.iambridge.server.roles;

import org.jspecify.annotations.NullMarked;
