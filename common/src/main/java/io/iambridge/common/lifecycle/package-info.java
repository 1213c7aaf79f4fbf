/** How a program's parts are stopped. */
@NullMarked
package io.iambridge.common.lifecycle;

import org.jspecify.annotations.NullMarked;
