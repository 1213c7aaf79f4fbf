/** Log output: text for people, JSON lines for collectors, one place that decides. */
@NullMarked
package io.iambridge.common.logging;

import org.jspecify.annotations.NullMarked;
