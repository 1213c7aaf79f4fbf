package io.iambridge.common.cli;

import io.iambridge.common.tls.TlsFiles;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The files of TLS; kiam's flags. Not marked as required, because picocli would then require them
 * of a command even where only its subcommand is given, and complain of them before it complains of
 * an unknown flag; and which are depends on how agents prove themselves.
 */
public final class TlsOptions {
  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "PEM certificate chain, leaf first; read again when it changes. Required of a server, and"
              + " of an agent whose certificate proves it.")
  private @Nullable Path cert;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "PEM private key of that certificate; read again when it changes.")
  private @Nullable Path key;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "PEM certificates of the authorities whose certificates are accepted from the other side;"
              + " read again when it changes. Required, but of a server whose agents prove"
              + " themselves by token.")
  private @Nullable Path ca;

  /**
   * The files of a server.
   *
   * @param mutual whether clients have to show certificates too; {@code --ca} is ignored otherwise
   * @param line named by the error
   * @throws ParameterException when one is missing
   */
  public TlsFiles serverFiles(boolean mutual, CommandLine line) {
    return new TlsFiles(
        Optional.of(new TlsFiles.Own(required("--cert", cert, line), required("--key", key, line))),
        mutual ? Optional.of(required("--ca", ca, line)) : Optional.empty());
  }

  /**
   * The files of a client.
   *
   * @param mutual whether it has to have a certificate; one that is given is shown to servers that
   *     ask for it either way
   * @param line named by the error
   * @throws ParameterException when one is missing
   */
  public TlsFiles clientFiles(boolean mutual, CommandLine line) {
    boolean own = mutual || cert != null || key != null;
    return new TlsFiles(
        own
            ? Optional.of(
                new TlsFiles.Own(required("--cert", cert, line), required("--key", key, line)))
            : Optional.empty(),
        Optional.of(required("--ca", ca, line)));
  }

  private static Path required(String name, @Nullable Path file, CommandLine line) {
    if (file == null) {
      throw new ParameterException(line, "Missing required option: '" + name + "=FILE'");
    }
    return file;
  }
}
