package io.iambridge.server.cli;

import io.iambridge.common.terminal.Screen;
import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/** Whether there is somebody to show colours to. */
public final class Terminals {
  private Terminals() {}

  /** With colours where a terminal shows them and {@code NO_COLOR} is not set (no-color.org). */
  public static Screen screen(PrintWriter out) {
    return new Screen(out, Ansi.AUTO.enabled());
  }
}
