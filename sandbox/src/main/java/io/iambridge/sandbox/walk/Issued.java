package io.iambridge.sandbox.walk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.sandbox.demo.DemoPod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How pods got their credentials, from the server's audit log. */
record Issued(Path auditLog) {
  private static final JsonMapper JSON = new JsonMapper();

  /** What the server did for the pod last, e.g. {@code AssumeRoleWithWebIdentity}. */
  Optional<String> mechanism(DemoPod pod) throws IOException {
    List<String> lines = Files.readAllLines(auditLog);
    return lines.reversed().stream()
        .flatMap(line -> json(line).stream())
        .filter(line ->
            line.path("audit").asText().equals("issued")
                && line.path("namespace").asText().equals(pod.namespace())
                && line.path("pod").asText().equals(pod.name()))
        .findFirst()
        .map(line -> line.path("mechanism").asText());
  }

  /** The last line may be on its way. */
  private static Optional<JsonNode> json(String line) {
    try {
      return Optional.of(JSON.readTree(line));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
