/** The operators' endpoint of a program: health, readiness and metrics, apart from any traffic. */
@NullMarked
package io.iambridge.common.admin;

import org.jspecify.annotations.NullMarked;
