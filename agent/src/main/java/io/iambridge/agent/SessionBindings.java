package io.iambridge.agent;

import io.iambridge.agent.callers.BindingListener;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.podidentity.VerifiedTokens;

/** A pod that is bound needs its session's credentials at hand; one that goes takes its tokens. */
record SessionBindings(CredentialsCache<?> credentials, VerifiedTokens tokens)
    implements BindingListener {

  @Override
  public void bound(Binding binding, String podUid) {
    credentials.add(binding.session(), podUid);
  }

  @Override
  public void unbound(Binding binding, String podUid) {
    tokens.forgetPod(podUid);
    credentials.remove(binding.session(), podUid);
  }
}
