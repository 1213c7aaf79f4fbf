/**
 * A small cluster to look at: pods in every situation that an operator meets, and what each of them
 * gets.
 */
@NullMarked
package io.iambridge.sandbox.demo;

import org.jspecify.annotations.NullMarked;
