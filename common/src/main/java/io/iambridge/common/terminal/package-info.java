/**
 * What a person sees in a terminal: aligned tables and colours, plain text where it is no terminal.
 */
@NullMarked
package io.iambridge.common.terminal;

import org.jspecify.annotations.NullMarked;
