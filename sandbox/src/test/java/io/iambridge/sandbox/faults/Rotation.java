package io.iambridge.sandbox.faults;

import io.iambridge.common.testing.Certificates;
import io.iambridge.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** New certificates of a new authority, in the order in which people replace them. */
final class Rotation {
  private final Sandbox sandbox;
  private final Certificates next;

  Rotation(Sandbox sandbox, Path directory) {
    this.sandbox = sandbox;
    this.next = Certificates.authority(directory, "next-ca");
  }

  /** Everybody trusts the old authority and the new one. */
  void trustBoth() throws IOException {
    trust((path, authority) -> Files.readString(path) + authority);
  }

  /** Everybody shows a certificate of the new one. */
  void showNew() throws IOException {
    replace(sandbox.serverFlags(), next.server("next-server", "localhost", "127.0.0.1"));
    replace(sandbox.agentFlags(), next.client("agent-" + Sandbox.NODE));
  }

  /** Nobody trusts the old one any more. */
  void trustNewOnly() throws IOException {
    trust((_, authority) -> authority);
  }

  private interface Change {
    String of(Path path, String authority) throws IOException;
  }

  private void trust(Change change) throws IOException {
    String authority = Files.readString(next.caFile());
    for (Path path :
        List.of(sandbox.serverFlags(), sandbox.agentFlags()).stream()
            .flatMap(flags -> file(flags, "--ca=").stream())
            .distinct()
            .toList()) {
      put(path, change.of(path, authority));
    }
  }

  private static void replace(List<String> flags, Certificates.Pem pem) throws IOException {
    Optional<Path> certificate = file(flags, "--cert=");
    Optional<Path> key = file(flags, "--key=");
    if (certificate.isPresent() && key.isPresent()) {
      put(certificate.get(), Files.readString(pem.certificate()));
      put(key.get(), Files.readString(pem.key()));
    }
  }

  private static Optional<Path> file(List<String> flags, String name) {
    return flags.stream()
        .filter(flag -> flag.startsWith(name))
        .map(flag -> Path.of(flag.substring(name.length())))
        .findFirst();
  }

  /** As the kubelet does: nobody reads half a file. */
  private static void put(Path path, String text) throws IOException {
    Path aside = Files.writeString(path.resolveSibling(path.getFileName() + ".new"), text);
    Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
  }
}
