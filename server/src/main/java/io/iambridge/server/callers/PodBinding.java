package io.iambridge.server.callers;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.Pod;

/** A pod and what it may have now. */
public record PodBinding(Pod pod, Entitlement entitlement) {}
