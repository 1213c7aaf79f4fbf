package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of kubectl's JSONPath that printer columns use: {@code .status.mode}, {@code
 * .metadata.labels.app\.kubernetes\.io/name}, {@code .status.list[0]}, {@code
 * .status.conditions[?(@.type=="Ready")].status}.
 */
final class PrinterPath {
  private static final Pattern STEP =
      Pattern.compile(
          "\\.((?:\\\\.|[^.\\[\\\\])+)|\\[\\?\\(@\\.(\\w+)\\s*==\\s*[\"']([^\"']*)[\"']\\)]|\\[(\\d+)]");

  private PrinterPath() {}

  /** What is there; missing when nothing is, or the path is of another form. */
  static JsonNode at(JsonNode object, String path) {
    JsonNode found = object;
    Matcher step = STEP.matcher(path);
    int end = 0;
    while (step.find() && step.start() == end) {
      end = step.end();
      if (step.group(1) != null) {
        found = found.path(step.group(1).replaceAll("\\\\(.)", "$1"));
      } else if (step.group(4) != null) {
        found = found.path(Integer.parseInt(step.group(4)));
      } else {
        found = first(found, step.group(2), step.group(3));
      }
    }
    return end == path.length() ? found : MissingNode.getInstance();
  }

  private static JsonNode first(JsonNode list, String field, String value) {
    for (JsonNode element : list) {
      if (element.path(field).asText().equals(value)) {
        return element;
      }
    }
    return MissingNode.getInstance();
  }
}
