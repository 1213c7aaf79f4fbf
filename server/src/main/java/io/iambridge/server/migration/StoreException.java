package io.iambridge.server.migration;

import java.io.Serial;

/** A status could not be read or written. */
public final class StoreException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param message in one line, what to do about it too
   */
  public StoreException(String message) {
    super(message);
  }
}
