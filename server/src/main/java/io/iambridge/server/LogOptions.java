package io.iambridge.server;

import io.iambridge.common.logging.LogFormat;
import io.iambridge.common.logging.Logs;
import picocli.CommandLine.Option;

/** How lines are logged; kiam's flags. */
final class LogOptions {
  @Option(
      names = "--json-log",
      negatable = true,
      description = "Log JSON lines instead of text (default: false).")
  boolean jsonLog;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "Log level: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Level level;

  /** kiam's words, as they are written. */
  enum Level {
    debug,
    info,
    warn,
    error
  }

  void configure() {
    Logs.configure(jsonLog ? LogFormat.JSON : LogFormat.TEXT, level.name());
  }
}
