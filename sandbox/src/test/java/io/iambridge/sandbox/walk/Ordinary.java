package io.iambridge.sandbox.walk;

import io.iambridge.sandbox.Sandbox;

/** What is another with each run, said by something that always looks the same. */
final class Ordinary {
  private Ordinary() {}

  static String of(Sandbox sandbox, String text) {
    return text.replace(sandbox.kubeconfig().toString(), "kubeconfig")
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID")
        .replaceAll("\\b\\d+s\\b", "1s")
        .replaceAll("[ \\t]+\\n", "\n")
        .stripTrailing();
  }
}
