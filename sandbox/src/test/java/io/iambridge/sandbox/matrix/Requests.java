package io.iambridge.sandbox.matrix;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an agent has been asked, by its own counters.
 *
 * @param counts by route and status
 * @param versions GETs of the metadata service by version of its protocol
 */
public record Requests(Map<String, Long> counts, Map<String, Long> versions) {
  private static final Pattern REQUEST =
      Pattern.compile(
          "^iambridge_agent_requests_total\\{route=\"(\\w+)\",status=\"(\\d+)\"} (\\S+)$",
          Pattern.MULTILINE);
  private static final Pattern VERSION =
      Pattern.compile(
          "^iambridge_agent_imds_requests_total\\{version=\"(v\\d)\"} (\\S+)$", Pattern.MULTILINE);
  private static final String OK = "200";

  /** Copies the maps. */
  public Requests {
    counts = Map.copyOf(counts);
    versions = Map.copyOf(versions);
  }

  /** Reads them out of Prometheus' text format. */
  public static Requests parse(String metrics) {
    return new Requests(
        REQUEST
            .matcher(metrics)
            .results()
            .collect(Collectors.toMap(Requests::routeAndStatus, found -> count(found.group(3)))),
        VERSION
            .matcher(metrics)
            .results()
            .collect(Collectors.toMap(found -> found.group(1), found -> count(found.group(2)))));
  }

  private static String routeAndStatus(MatchResult found) {
    return found.group(2).equals(OK) ? found.group(1) : found.group(1) + " " + found.group(2);
  }

  private static long count(String number) {
    return (long) Double.parseDouble(number);
  }

  /** What came after an earlier look. */
  public Requests since(Requests before) {
    return new Requests(difference(counts, before.counts), difference(versions, before.versions));
  }

  private static Map<String, Long> difference(Map<String, Long> after, Map<String, Long> before) {
    Map<String, Long> difference = new TreeMap<>();
    after.forEach((name, count) -> {
      long more = count - before.getOrDefault(name, 0L);
      if (more != 0) {
        difference.put(name, more);
      }
    });
    return difference;
  }

  /** How many there were. */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** {@code 3: token, role list, credentials}; with the status where it was not 200. */
  public String text() {
    return total()
        + ": "
        + counts.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<String, Long>>comparingInt(entry -> rank(entry.getKey()))
                    .thenComparing(Map.Entry::getKey))
            .map(entry -> (entry.getValue() > 1 ? entry.getValue() + " " : "") + words(entry))
            .collect(Collectors.joining(", "));
  }

  private static String words(Map.Entry<String, Long> entry) {
    return entry.getKey().replace('_', ' ');
  }

  /** In the order in which clients ask. */
  private static int rank(String routeAndStatus) {
    return switch (routeAndStatus.split(" ", 2)[0]) {
      case "token" -> 0;
      case "role_list" -> 1;
      case "credentials" -> 2;
      default -> 3;
    };
  }

  /** {@code v1}, {@code v2}, both, or a dash. */
  public String version() {
    return versions.isEmpty()
        ? "–"
        : versions.keySet().stream().sorted().collect(Collectors.joining(", "));
  }
}
