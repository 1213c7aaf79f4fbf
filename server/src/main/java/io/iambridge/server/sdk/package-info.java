/** AWS SDKs, as a User-Agent names them, and what each version of them can use. Pure. */
@NullMarked
package io.iambridge.server.sdk;

import org.jspecify.annotations.NullMarked;
