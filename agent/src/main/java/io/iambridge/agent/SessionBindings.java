package io.iambridge.agent;

import io.iambridge.agent.callers.BindingListener;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.credentials.CredentialsCache;

/** A pod that is bound needs its session's credentials at hand. */
record SessionBindings(CredentialsCache<?> credentials) implements BindingListener {

  @Override
  public void bound(Binding binding, String podUid) {
    credentials.add(binding.session(), podUid);
  }

  @Override
  public void unbound(Binding binding, String podUid) {
    credentials.remove(binding.session(), podUid);
  }
}
