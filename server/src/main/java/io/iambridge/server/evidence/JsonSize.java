package io.iambridge.server.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** How much of an object's room something takes. */
public final class JsonSize {
  /**
   * Of a whole status, in bytes. An object in etcd may have 1.5 MB (etcd, "System limits"), and the
   * API server adds who wrote which field.
   */
  public static final int MOST = 1_000_000;

  private static final JsonMapper MAPPER = new JsonMapper();

  private JsonSize() {}

  /** In bytes, with the comma after it. */
  public static int of(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value).length + 1;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + value.getClass().getSimpleName(), e);
    }
  }
}
