package io.iambridge.server.targets;

import java.io.Serial;

/**
 * The target mechanism gave no credentials. Holds no secret: no token, and none of AWS's errors.
 */
public final class TargetException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Finding finding;
  private final Step step;

  /** How far the attempt came. */
  enum Step {
    /** Kubernetes was asked for the pod's token. */
    TOKEN,
    /** AWS was asked for credentials. */
    CREDENTIALS
  }

  /**
   * AWS gave no credentials for the token. What it threw is left out on purpose: it may show the
   * token.
   *
   * @param finding never {@link Finding#READY}
   * @param ownWords what the service said, in one line
   */
  public TargetException(Finding finding, String ownWords) {
    this(finding, ownWords, Step.CREDENTIALS);
  }

  private TargetException(Finding finding, String ownWords, Step step) {
    super(ownWords);
    this.finding = finding;
    this.step = step;
  }

  /** Kubernetes gave no token. */
  public static TargetException ofToken(Finding finding, String ownWords) {
    return new TargetException(finding, ownWords, Step.TOKEN);
  }

  /** Why. */
  public Finding finding() {
    return finding;
  }

  Step step() {
    return step;
  }

  /** What the service said, in one line. */
  public String ownWords() {
    return String.valueOf(getMessage());
  }
}
