/** What every iambridge program has alike. */
@NullMarked
package io.iambridge.common;

import org.jspecify.annotations.NullMarked;
