package io.iambridge.sandbox.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;

/**
 * What a client said in the end.
 *
 * @param name what it is called
 * @param version its own version
 * @param arn who it is to STS
 * @param millis from first asking its provider to credentials
 * @param error why it has no ARN
 */
public record Said(
    String name,
    String version,
    Optional<String> arn,
    Optional<Double> millis,
    Optional<String> error) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_OUTPUT = 2000;

  /** Finds the one line of JSON among what a program printed; logs of the SDK may be around it. */
  public static Said parse(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith("{\"client\""))
        .findFirst()
        .map(Said::read)
        .orElseGet(() -> nothing(output));
  }

  private static Said read(String line) {
    JsonNode said;
    try {
      said = JSON.readTree(line);
    } catch (JsonProcessingException _) {
      return nothing(line);
    }
    return new Said(
        said.path("client").asText(),
        said.path("version").asText(),
        Optional.ofNullable(said.path("arn").textValue()),
        Optional.of(said.path("millisToCredentials"))
            .filter(JsonNode::isNumber)
            .map(JsonNode::doubleValue),
        Optional.ofNullable(said.path("error").textValue()));
  }

  private static Said nothing(String output) {
    String end = output.substring(Math.max(0, output.length() - MOST_OUTPUT)).strip();
    return new Said(
        "", "", Optional.empty(), Optional.empty(), Optional.of("printed no result: " + end));
  }
}
