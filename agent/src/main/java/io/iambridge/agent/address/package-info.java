/** Addresses of pods: one spelling for each, and how much each may take of what all share. */
@NullMarked
package io.iambridge.agent.address;

import org.jspecify.annotations.NullMarked;
