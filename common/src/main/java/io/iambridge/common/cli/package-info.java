/**
 * Command lines: how a program of iambridge reads its flags, refuses wrong ones in one line, and
 * goes on accepting kiam's whole command line.
 */
@NullMarked
package io.iambridge.common.cli;

import org.jspecify.annotations.NullMarked;
