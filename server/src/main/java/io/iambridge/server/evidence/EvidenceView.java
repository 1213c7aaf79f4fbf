package io.iambridge.server.evidence;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is kept, for whoever reads it: the same whichever replica is asked. */
public final class EvidenceView {
  private final EvidenceStore store;

  /** Of what the store keeps. */
  public EvidenceView(EvidenceStore store) {
    this.store = store;
  }

  /** Of all namespaces, at this moment; blocks. */
  public Map<String, List<WorkloadEvidence>> all() throws EvidenceStoreException {
    Map<String, List<WorkloadEvidence>> all = new TreeMap<>();
    store.list().forEach((namespace, status) -> all.put(namespace, status.workloads()));
    return all;
  }

  /** Of one namespace, at this moment; blocks. */
  public List<WorkloadEvidence> of(String namespace) throws EvidenceStoreException {
    return store.read(namespace).status().workloads();
  }
}
