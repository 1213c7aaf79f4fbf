/** The server: starts, wires and stops what decides and calls STS. */
@NullMarked
package io.iambridge.server;

import org.jspecify.annotations.NullMarked;
