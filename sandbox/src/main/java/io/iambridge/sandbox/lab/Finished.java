package io.iambridge.sandbox.lab;

/**
 * What a program left behind.
 *
 * @param status its exit status
 * @param output what it printed, errors too; the beginning, if it was too much
 */
public record Finished(int status, String output) {
  /** Whether it says that all went well. */
  public boolean ok() {
    return status == 0;
  }
}
