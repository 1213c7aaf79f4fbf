/** Writing what others may have chosen into commands of a shell. */
@NullMarked
package io.iambridge.server.shell;

import org.jspecify.annotations.NullMarked;
