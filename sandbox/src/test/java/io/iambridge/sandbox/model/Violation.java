package io.iambridge.sandbox.model;

import java.io.Serial;

/** Something that must not be. */
final class Violation extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  Violation(String message) {
    super(message);
  }
}
