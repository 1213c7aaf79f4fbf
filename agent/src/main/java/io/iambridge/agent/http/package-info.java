/**
 * HTTP as a pod may speak it to the agent: one listener with hard limits, requests handled strictly
 * one after the other, and responses that are rendered once.
 */
@NullMarked
package io.iambridge.agent.http;

import org.jspecify.annotations.NullMarked;
