package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A request that the API answers with a Status of failure. */
final class ApiException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  ApiException(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  int code() {
    return code;
  }

  ObjectNode status() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    return status
        .put("status", "Failure")
        .put("message", getMessage())
        .put("reason", reason)
        .put("code", code);
  }

  static ApiException notFound(ResourceType type, String name) {
    return new ApiException(
        404, "NotFound", "%s \"%s\" not found".formatted(type.qualifiedName(), name));
  }

  static ApiException noSuchPath() {
    return new ApiException(404, "NotFound", "the server could not find the requested resource");
  }

  static ApiException exists(ResourceType type, String name) {
    return new ApiException(
        409, "AlreadyExists", "%s \"%s\" already exists".formatted(type.qualifiedName(), name));
  }

  static ApiException conflict(ResourceType type, String name, String why) {
    return new ApiException(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": %s"
            .formatted(type.qualifiedName(), name, why));
  }

  static ApiException invalid(String message) {
    return new ApiException(422, "Invalid", message);
  }

  static ApiException unknownFormat(String contentType) {
    return new ApiException(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format: " + contentType);
  }

  static ApiException badRequest(String message) {
    return new ApiException(400, "BadRequest", message);
  }

  static ApiException expired() {
    return new ApiException(410, "Expired", "The resourceVersion is too old.");
  }
}
