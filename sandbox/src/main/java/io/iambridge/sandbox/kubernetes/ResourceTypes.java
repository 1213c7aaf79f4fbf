package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the API serves: what it serves always, and what definitions of custom resources add. */
final class ResourceTypes {
  /** A column of {@code kubectl get}, as a definition says it. */
  record PrinterColumn(String name, String type, String path, int priority) {}

  private final List<ResourceType> types = new CopyOnWriteArrayList<>(ResourceType.ALL);
  private final Map<String, List<PrinterColumn>> columns = new ConcurrentHashMap<>();

  List<ResourceType> all() {
    return List.copyOf(types);
  }

  /** What a definition wants printed; empty when there is none, or it does not say. */
  List<PrinterColumn> columns(ResourceType type) {
    return columns.getOrDefault(type.qualifiedName(), List.of());
  }

  /**
   * Serves what a CustomResourceDefinition defines, by its stored version, and notes in the
   * definition that it does; a definition that is removed later is served on.
   */
  synchronized void define(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    JsonNode names = spec.path("names");
    JsonNode version = storedVersion(spec.path("versions"));
    List<String> shortNames = new ArrayList<>();
    names.path("shortNames").forEach(name -> shortNames.add(name.asText()));
    ResourceType type =
        new ResourceType(
            spec.path("group").asText(),
            version.path("name").asText(),
            names.path("kind").asText(),
            names.path("plural").asText(),
            spec.path("scope").asText().equals("Namespaced"),
            shortNames,
            version.path("subresources").has("status"));
    List<PrinterColumn> printed = new ArrayList<>();
    for (JsonNode column : version.path("additionalPrinterColumns")) {
      printed.add(
          new PrinterColumn(
              column.path("name").asText(),
              column.path("type").asText("string"),
              column.path("jsonPath").asText(),
              column.path("priority").asInt()));
    }
    types.removeIf(type::isSame);
    types.add(type);
    columns.put(type.qualifiedName(), List.copyOf(printed));
    ObjectNode status = definition.putObject("status");
    status.set("acceptedNames", names);
    status.putArray("storedVersions").add(type.version());
    status.putArray("conditions").addObject().put("type", "Established").put("status", "True");
  }

  private static JsonNode storedVersion(JsonNode versions) {
    for (JsonNode version : versions) {
      if (version.path("storage").asBoolean()) {
        return version;
      }
    }
    return versions.path(0);
  }
}
