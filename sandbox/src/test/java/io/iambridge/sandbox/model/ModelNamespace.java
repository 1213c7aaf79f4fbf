package io.iambridge.sandbox.model;

import io.iambridge.server.cluster.Namespace;
import java.util.Arrays;
import java.util.List;

/** A namespace, which may go and come back. */
final class ModelNamespace extends Versioned<ModelNamespace.Version> {
  final String name;
  final List<ModelAccount> accounts;
  private final int[] inForce;
  private int rule;
  private int mode;
  private int uids;

  record Version(Namespace object, int rule, int mode) {}

  ModelNamespace(String name, int servers, int agents) {
    super(servers, agents);
    this.name = name;
    this.accounts =
        List.of(
            new ModelAccount(this, "shop", servers, agents),
            new ModelAccount(this, "bare", servers, agents));
    this.inForce = new int[servers];
    Arrays.fill(inForce, -1);
  }

  void edit(int newRule) {
    rule = newRule;
    changed();
  }

  void label(int newMode) {
    mode = newMode;
    changed();
  }

  private void changed() {
    Version before = now();
    String uid = before == null ? name + "-" + uids++ : before.object().uid();
    change(
        new Version(
            new Namespace(
                name, uid, Rules.namespaceAnnotations(rule), ModeRules.namespaceLabels(mode)),
            rule,
            mode));
  }

  /** The last version that the server decides by: it prepares itself for some. */
  int inForce(int server) {
    return inForce[server];
  }

  void inForce(int server, int version) {
    inForce[server] = version;
  }

  @Override
  public String toString() {
    return "namespace " + name;
  }
}
