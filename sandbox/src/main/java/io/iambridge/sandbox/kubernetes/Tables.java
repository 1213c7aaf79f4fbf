package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.iambridge.sandbox.kubernetes.ResourceTypes.PrinterColumn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Objects as the tables that kubectl prints. */
final class Tables {

  /** Priority of columns that only {@code -o wide} shows. */
  private static final int WIDE = 1;

  private record Column(String name, String type, int priority, Function<JsonNode, JsonNode> cell) {
    static Column of(String name, int priority, String pointer) {
      return text(name, priority, object -> object.at(pointer).asText("<none>"));
    }

    static Column text(String name, int priority, Function<JsonNode, String> cell) {
      return new Column(name, "string", priority, cell.andThen(TextNode::valueOf));
    }
  }

  private final ResourceTypes types;
  private final InstantSource clock;

  Tables(ResourceTypes types, InstantSource clock) {
    this.types = types;
    this.clock = clock;
  }

  /** Whether a client would rather have a table than objects. */
  static boolean wanted(String accept) {
    return accept.contains("as=Table;v=v1;g=meta.k8s.io");
  }

  /** An object, or a list of objects, as a table. */
  ObjectNode of(ResourceType type, JsonNode objects) {
    List<Column> columns = columns(type);
    ObjectNode table =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Table")
            .put("apiVersion", "meta.k8s.io/v1");
    boolean list = objects.has("items");
    table.set("metadata", list ? objects.path("metadata") : JsonNodeFactory.instance.objectNode());
    ArrayNode definitions = table.putArray("columnDefinitions");
    for (Column column : columns) {
      definitions
          .addObject()
          .put("name", column.name())
          .put("type", column.type())
          .put("format", column.name().equals("Name") ? "name" : "")
          .put("description", "")
          .put("priority", column.priority());
    }
    ArrayNode rows = table.putArray("rows");
    for (JsonNode object : list ? objects.path("items") : List.of(objects)) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      columns.forEach(column -> cells.add(column.cell().apply(object)));
      row.putObject("object")
          .put("kind", "PartialObjectMetadata")
          .put("apiVersion", "meta.k8s.io/v1")
          .set("metadata", object.path("metadata"));
    }
    return table;
  }

  private List<Column> columns(ResourceType type) {
    Column name = Column.of("Name", 0, "/metadata/name");
    Column age = Column.text("Age", 0, this::age);
    List<PrinterColumn> defined = types.columns(type);
    if (!defined.isEmpty()) {
      return Stream.concat(Stream.of(name), defined.stream().map(this::column)).toList();
    }
    return switch (type.kind()) {
      case "Pod" ->
          List.of(
              name,
              Column.of("Status", 0, "/status/phase"),
              age,
              Column.of("IP", WIDE, "/status/podIP"),
              Column.of("Node", WIDE, "/spec/nodeName"),
              Column.of("Role", WIDE, "/metadata/annotations/iam.amazonaws.com~1role"));
      case "Namespace" -> List.of(name, Column.of("Status", 0, "/status/phase"), age);
      case "Event" ->
          List.of(
              Column.of("Type", 0, "/type"),
              Column.of("Reason", 0, "/reason"),
              Column.of("Object", 0, "/involvedObject/name"),
              Column.of("Message", 0, "/message"),
              Column.of("Name", WIDE, "/metadata/name"));
      default -> List.of(name, age);
    };
  }

  private Column column(PrinterColumn defined) {
    boolean date = defined.type().equals("date");
    return new Column(
        defined.name(),
        defined.type(),
        defined.priority(),
        object -> {
          JsonNode value = PrinterPath.at(object, defined.path());
          if (value.isMissingNode()) {
            return NullNode.getInstance();
          }
          return date ? TextNode.valueOf(since(value)) : value;
        });
  }

  private String age(JsonNode object) {
    return since(object.at("/metadata/creationTimestamp"));
  }

  /** In the greatest unit that fits, e.g. {@code 5m}. */
  private String since(JsonNode time) {
    Instant created;
    try {
      created = Instant.parse(time.asText());
    } catch (DateTimeParseException e) {
      return "<unknown>";
    }
    Duration age = Duration.between(created, clock.instant());
    if (age.toDays() > 0) {
      return age.toDays() + "d";
    }
    if (age.toHours() > 0) {
      return age.toHours() + "h";
    }
    return age.toMinutes() > 0 ? age.toMinutes() + "m" : age.toSeconds() + "s";
  }
}
