package io.iambridge.server.targets;

import java.io.Serial;

/** The target mechanism gave no credentials. Holds no secret. */
public final class TargetException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Finding finding;

  /**
   * @param finding never {@link Finding#READY}
   * @param ownWords what the service said, in one line
   */
  public TargetException(Finding finding, String ownWords) {
    super(ownWords);
    this.finding = finding;
  }

  /** The same, with what caused it. */
  public TargetException(Finding finding, String ownWords, Throwable cause) {
    super(ownWords, cause);
    this.finding = finding;
  }

  /** Why. */
  public Finding finding() {
    return finding;
  }
}
