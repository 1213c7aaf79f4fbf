/**
 * Addresses of pods: one spelling for each, how much each may hold of what all share, and how fast
 * it may ask.
 */
@NullMarked
package io.iambridge.agent.address;

import org.jspecify.annotations.NullMarked;
