package io.iambridge.server.callers;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.Pod;

/**
 * A pod as its node's agent has to know it.
 *
 * @param podUid metadata.uid
 * @param namespace metadata.namespace
 * @param podName metadata.name
 * @param entitlement what it may have now
 */
public record Caller(String podUid, String namespace, String podName, Entitlement entitlement) {
  /** The pod and what it may have, as an agent has to know them. */
  public static Caller of(Pod pod, Entitlement entitlement) {
    return new Caller(pod.uid(), pod.namespace(), pod.name(), entitlement);
  }
}
