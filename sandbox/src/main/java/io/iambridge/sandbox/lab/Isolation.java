package io.iambridge.sandbox.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Makes sure that the lab's addresses and rules are never put on a machine's own network. */
final class Isolation {
  /**
   * Where {@code sandbox/lab/enter}, in a /run of its own, says which network it made. A container
   * or a machine with nothing but a loopback has no such file.
   */
  private static final Path MADE = Path.of("/run/iambridge-lab");

  /** Not /proc/self, which tells of the process's first thread. */
  private static final Path NETWORK = Path.of("/proc/thread-self/ns/net");

  private static final List<String> UP = List.of("ip", "-oneline", "link", "show", "up");
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private Isolation() {}

  /**
   * Passes only in the network that {@code sandbox/lab/enter} made, while no interface but the
   * loopback is up and no namespace has a name. Interfaces that are down do not matter: modules
   * such as ipip put theirs into every new network.
   *
   * @throws LabException anywhere else
   */
  static void require(Path names) {
    requireMade();
    List<String> up = interfacesThatAreUp();
    if (!up.stream().allMatch("lo"::equals)) {
      throw refused("there are network interfaces: " + String.join(", ", up));
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

  private static void requireMade() {
    if (!Files.exists(MADE)) {
      throw refused("is the network of somebody else: there is no " + MADE);
    }
    try {
      String made = Files.readString(MADE).strip();
      String here = Files.readSymbolicLink(NETWORK).toString();
      if (!made.equals(here)) {
        throw refused("is another network than it made: %s, not %s".formatted(here, made));
      }
    } catch (IOException e) {
      throw refused("it cannot be told whose network it is: " + e.getMessage());
    }
  }

  private static List<String> interfacesThatAreUp() {
    try {
      Finished links = Programs.run(UP, Map.of(), "", DEADLINE);
      if (!links.ok()) {
        throw refused(String.join(" ", UP) + " says: " + links.output().strip());
      }
      // 2: eth0@if3: <BROADCAST,UP> …
      return links.output().lines().map(line -> line.split("[:@]", 3)[1].strip()).toList();
    } catch (IOException e) {
      throw refused("the interfaces cannot be listed: " + e.getMessage());
    }
  }

  private static LabException refused(String why) {
    return new LabException(
        "the lab only runs in an empty network of its own, started by sandbox/lab/enter"
            + " (sandbox/quickstart --netns, mvn verify -Plab); here "
            + why);
  }
}
