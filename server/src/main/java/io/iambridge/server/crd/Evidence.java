package io.iambridge.server.crd;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import io.iambridge.server.evidence.EvidenceStatus;

/** What was seen of a namespace's callers: one object, named {@link #NAME}, in each namespace. */
@Group("iambridge.io")
@Version("v1alpha1")
@Kind("Evidence")
@Plural("evidences")
public final class Evidence extends CustomResource<Void, EvidenceStatus> implements Namespaced {
  /** The one object's name. */
  public static final String NAME = "iambridge";

  private static final long serialVersionUID = 1L;
}
