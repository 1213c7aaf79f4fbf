package io.iambridge.server;

import io.iambridge.server.modes.Mode;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The flag that says what namespaces do that do not say it themselves. */
final class ModeOptions {
  @Option(
      names = "--default-mode",
      paramLabel = "MODE",
      defaultValue = "kiam",
      description =
          "How far namespaces without the label iambridge.io/mode have migrated: kiam, rehearse,"
              + " irsa, pod-identity or retired (default: ${DEFAULT-VALUE}).")
  String defaultMode = "kiam";

  /** What it says; a {@link ParameterException} when that is no mode. */
  Mode mode(CommandLine commandLine) {
    return Mode.ofLabel(defaultMode)
        .orElseThrow(() ->
            new ParameterException(
                commandLine,
                "--default-mode is not one of %s: %s"
                    .formatted(
                        Arrays.stream(Mode.values())
                            .map(Mode::label)
                            .collect(Collectors.joining(", ")),
                        defaultMode)));
  }
}
