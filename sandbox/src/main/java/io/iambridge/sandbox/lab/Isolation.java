package io.iambridge.sandbox.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes sure that the lab's addresses and rules are never put on a machine's own network. */
final class Isolation {
  /** Not /sys/class/net, which tells of the network that it was mounted in. */
  private static final Path INTERFACES = Path.of("/proc/self/net/dev");

  private static final int HEADER_LINES = 2;

  private Isolation() {}

  /**
   * Passes only where there is no interface but the loopback, and no named namespace.
   *
   * @throws LabException anywhere else
   */
  static void require(Path names) {
    List<String> interfaces = interfaces();
    if (!interfaces.equals(List.of("lo"))) {
      throw refused("there are network interfaces: " + String.join(", ", interfaces));
    }
    try (Stream<Path> known = Files.exists(names) ? Files.list(names) : Stream.empty()) {
      List<String> found = known.map(name -> name.getFileName().toString()).sorted().toList();
      if (!found.isEmpty()) {
        throw refused("there are network namespaces: " + String.join(", ", found));
      }
    } catch (IOException e) {
      throw refused(names + " cannot be read: " + e.getMessage());
    }
  }

  private static List<String> interfaces() {
    try {
      return Files.readAllLines(INTERFACES).stream()
          .skip(HEADER_LINES)
          .map(line -> line.split(":", 2)[0].strip())
          .toList();
    } catch (IOException e) {
      throw refused(INTERFACES + " cannot be read: " + e.getMessage());
    }
  }

  private static LabException refused(String why) {
    return new LabException(
        "the lab only runs in an empty network of its own, started by sandbox/lab/enter"
            + " (sandbox/quickstart --netns, mvn verify -Plab); here "
            + why);
  }
}
