package io.iambridge.sandbox.walk;

import io.iambridge.sandbox.Sandbox;

/** What is another with each run, said by something that always looks the same. */
final class Ordinary {
  private Ordinary() {}

  static String of(Sandbox sandbox, String text) {
    return text.replace(sandbox.kubeconfig().toString(), "kubeconfig")
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID")
        // The random end of EKS's session name, as much of it as there is room for.
        .replaceAll("(/eks-sandbox-api-6d4cf56db6-)-[0-9a-f]{5}…", "$1-xxxxx…")
        // An age at the end of a line.
        .replaceAll("(?m)  [0-9]+[ms]([0-9]+s)?$", "  1m")
        .replaceAll("[ \\t]+\\n", "\n")
        .stripTrailing();
  }
}
