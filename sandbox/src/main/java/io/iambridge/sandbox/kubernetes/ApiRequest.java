package io.iambridge.sandbox.kubernetes;

import java.util.Map;

/**
 * A request, free of HTTP.
 *
 * @param query the first value of each parameter
 * @param accept what the client would have, empty when it does not say
 * @param contentType of the body, empty when there is none
 */
record ApiRequest(
    String method,
    String path,
    Map<String, String> query,
    String accept,
    String contentType,
    String body) {

  ApiRequest {
    query = Map.copyOf(query);
  }

  String parameter(String name) {
    return query.getOrDefault(name, "");
  }

  boolean flag(String name) {
    String value = parameter(name);
    return value.equals("true") || value.equals("1");
  }

  /** A whole number; 0 when the parameter is not given. */
  int number(String name) throws ApiException {
    String value = parameter(name);
    try {
      return value.isEmpty() ? 0 : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("not a number: " + name + "=" + value);
    }
  }
}
