/**
 * What pods see at 169.254.169.254: paths, session tokens, documents and statuses as the real
 * instance metadata service has them, and refusals where it has none.
 */
@NullMarked
package io.iambridge.agent.imds;

import org.jspecify.annotations.NullMarked;
