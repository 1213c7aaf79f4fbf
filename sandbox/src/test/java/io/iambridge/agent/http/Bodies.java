package io.iambridge.agent.http;

import java.nio.charset.StandardCharsets;

/** What a client would read; the product itself has no use for a rendered response's text. */
public final class Bodies {
  private Bodies() {}

  /** The body of the response. */
  public static String of(Response response) {
    return response.last(/* withBody= */ true)[2].toString(StandardCharsets.UTF_8);
  }
}
