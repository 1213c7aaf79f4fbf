package io.iambridge.sandbox.model;

import io.iambridge.server.cluster.Namespace;
import java.util.Map;

/** A namespace, which may go and come back. */
final class ModelNamespace extends Versioned<ModelNamespace.Version> {
  final String name;
  private int uids;

  record Version(Namespace object, int rule) {}

  ModelNamespace(String name, int servers, int agents) {
    super(servers, agents);
    this.name = name;
  }

  void edit(int rule) {
    Version before = now();
    String uid = before == null ? name + "-" + uids++ : before.object().uid();
    change(new Version(new Namespace(name, uid, Rules.namespaceAnnotations(rule), Map.of()), rule));
  }
}
