/**
 * A node and its pods as network namespaces, for whatever has to come from a pod's own network:
 * root only, and only in a network that nothing leads out of ({@code sandbox/lab/enter}).
 */
@NullMarked
package io.iambridge.sandbox.lab;

import org.jspecify.annotations.NullMarked;
