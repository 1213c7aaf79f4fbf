package io.iambridge.common.cli;

import io.iambridge.common.logging.LogFormat;
import io.iambridge.common.logging.Logs;
import picocli.CommandLine.Option;

/** How lines are logged; kiam's flags. */
public final class LogOptions {
  @Option(
      names = "--json-log",
      negatable = true,
      description = "Log JSON lines instead of text (default: false).")
  private boolean jsonLog;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "Log level: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Level level = Level.info;

  /** kiam's words, as they are written. */
  enum Level {
    debug,
    info,
    warn,
    error
  }

  /** Text or JSON. */
  public LogFormat format() {
    return jsonLog ? LogFormat.JSON : LogFormat.TEXT;
  }

  /** In kiam's words. */
  public String level() {
    return level.name();
  }

  /** Sets up logging as the flags say. */
  public void configure() {
    Logs.configure(format(), level());
  }
}
