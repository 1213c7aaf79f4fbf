package io.iambridge.agent.callers;

import io.iambridge.agent.callers.Entitlement.Binding;

/** Told of bindings as they come and go, on the state thread, once for each address of a pod. */
public interface BindingListener {

  /** A pod is bound from now on. */
  void bound(Binding binding, String podUid);

  /** A pod is not bound any more. When one binding replaces another, the new one is told first. */
  void unbound(Binding binding, String podUid);
}
