package io.iambridge.server.migration;

import java.io.Serial;

/** A status could not be read or written. */
public final class StoreException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Trouble trouble;

  /** With what it is the matter. */
  public enum Trouble {
    /** With all of them: Kubernetes is away, or permits nothing. */
    ALL,
    /** With this namespace's: the others may be written. */
    NAMESPACE,
    /** The namespace is no more, or about to go: there is nothing to be kept. */
    GONE,
    /** Somebody else has written it meanwhile. */
    CONFLICT
  }

  /**
   * @param message in one line, what to do about it too
   */
  public StoreException(String message, Trouble trouble) {
    super(message);
    this.trouble = trouble;
  }

  /** With what it is the matter. */
  public Trouble trouble() {
    return trouble;
  }
}
