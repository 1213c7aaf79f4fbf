package io.iambridge.sandbox.matrix;

import java.util.Arrays;

/** A client's way to credentials. */
public enum Way {
  /** 169.254.169.254 without a session token. */
  IMDS_V1("imds-v1"),
  /** 169.254.169.254 with a session token. */
  IMDS_V2("imds-v2"),
  /** 169.254.170.23 with a token file. */
  POD_IDENTITY("pod-identity");

  private final String text;

  Way(String text) {
    this.text = text;
  }

  /** As it is written in the list and the table. */
  public String text() {
    return text;
  }

  static Way parse(String text) {
    return Arrays.stream(values())
        .filter(way -> way.text.equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not a way: " + text));
  }
}
