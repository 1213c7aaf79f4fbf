/**
 * Who the caller is, tried against a model: random histories of a cluster, its servers, agents and
 * networks run through the real index, policy, mirror and caches, and after every step every pod
 * asks. The oracle is written from the rules, not from the code.
 */
@NullMarked
package io.iambridge.sandbox.model;

import org.jspecify.annotations.NullMarked;
