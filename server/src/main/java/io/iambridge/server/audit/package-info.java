/** What auditors read: who got which role's credentials, who was refused, and who tried what. */
@NullMarked
package io.iambridge.server.audit;

import org.jspecify.annotations.NullMarked;
