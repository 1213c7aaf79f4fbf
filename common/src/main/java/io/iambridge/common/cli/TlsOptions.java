package io.iambridge.common.cli;

import io.iambridge.common.tls.TlsFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The files of mutual TLS; kiam's flags. Not marked as required, because picocli would then require
 * them of a command even where only its subcommand is given, and complain of them before it
 * complains of an unknown flag.
 */
public final class TlsOptions {
  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "PEM certificate chain, leaf first. Required; read again when it changes.")
  private @Nullable Path cert;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "PEM private key of that certificate. Required; read again when it changes.")
  private @Nullable Path key;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "PEM certificates of the authorities whose certificates are accepted from the other side."
              + " Required; read again when it changes.")
  private @Nullable Path ca;

  /**
   * The files.
   *
   * @param line named by the error
   * @throws ParameterException when one is missing
   */
  public TlsFiles files(CommandLine line) {
    return new TlsFiles(
        required("--cert", cert, line), required("--key", key, line), required("--ca", ca, line));
  }

  private static Path required(String name, @Nullable Path file, CommandLine line) {
    if (file == null) {
      throw new ParameterException(line, "Missing required option: '" + name + "=FILE'");
    }
    return file;
  }
}
