package io.iambridge.sandbox.matrix;

import java.util.Arrays;
import java.util.List;

/**
 * A line of clients.list: one version of one SDK, with a program of ours around it.
 *
 * @param id its folder's name among the installed
 * @param name what it calls itself
 * @param version what it says its version is
 * @param from installer and package
 * @param ways the ways that it knows, the first one being its first choice
 * @param required whether a run without it has failed
 */
public record SdkClient(
    String id, String name, String version, String from, List<Way> ways, boolean required) {
  private static final int COLUMNS = 6;

  /** Copies the ways. */
  public SdkClient {
    ways = List.copyOf(ways);
  }

  /** Reads the list. */
  public static List<SdkClient> parse(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(SdkClient::parse)
        .toList();
  }

  private static SdkClient parse(String line) {
    List<String> columns = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
    if (columns.size() != COLUMNS) {
      throw new IllegalArgumentException("not six columns: " + line);
    }
    return new SdkClient(
        columns.get(0),
        columns.get(1),
        columns.get(2),
        columns.get(3),
        Arrays.stream(columns.get(4).split(",", -1)).map(Way::parse).toList(),
        switch (columns.get(5)) {
          case "required" -> true;
          case "optional" -> false;
          default -> throw new IllegalArgumentException("required or optional? " + line);
        });
  }

  /** The registry that it comes from, by the name that people know. */
  public String registry() {
    return switch (from.split(" ", 2)[0]) {
      case "apt" -> "Debian";
      case "pip" -> "PyPI";
      case "maven" -> "Maven Central";
      case "npm" -> "npm";
      case "gem" -> "RubyGems";
      case "go" -> "Go modules";
      default -> from;
    };
  }

  @Override
  public String toString() {
    return id;
  }
}
