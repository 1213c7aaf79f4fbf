package io.iambridge.common.logging;

/** How log lines are written. */
public enum LogFormat {
  /** One line of text for people. */
  TEXT,
  /** One JSON object a line, with the key-value pairs of the event in {@code kvpList}. */
  JSON
}
