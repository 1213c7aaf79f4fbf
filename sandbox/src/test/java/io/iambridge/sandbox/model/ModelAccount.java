package io.iambridge.sandbox.model;

import io.iambridge.server.cluster.ServiceAccount;

/** A service account, which may go and come back. */
final class ModelAccount extends Versioned<ModelAccount.Version> {
  final ModelNamespace namespace;
  final String name;

  record Version(ServiceAccount object, int role) {}

  ModelAccount(ModelNamespace namespace, String name, int servers, int agents) {
    super(servers, agents);
    this.namespace = namespace;
    this.name = name;
  }

  void edit(int role) {
    change(
        new Version(
            new ServiceAccount(namespace.name, name, ModeRules.accountAnnotations(role)), role));
  }

  @Override
  public String toString() {
    return "account " + namespace.name + "/" + name;
  }
}
