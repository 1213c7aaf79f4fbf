package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Reads and writes the JSON of requests and answers. */
final class Json {

  static final Charset CHARSET = StandardCharsets.UTF_8;

  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  static JsonNode read(String text) throws ApiException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw ApiException.badRequest("the body is not JSON: " + e.getOriginalMessage());
    }
  }

  static ObjectNode readObject(String text) throws ApiException {
    if (read(text) instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.badRequest("the body is not a JSON object");
  }

  static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }
}
