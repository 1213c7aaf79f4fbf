package io.iambridge.server.cli;

/** What the commands of the migration exit with; 1 is an error, 2 a wrong flag, as everywhere. */
public final class ExitStatus {
  /** All that was asked for is ready, or done. */
  public static final int READY = 0;

  /** Something is not. */
  public static final int NOT_READY = 3;

  private ExitStatus() {}
}
