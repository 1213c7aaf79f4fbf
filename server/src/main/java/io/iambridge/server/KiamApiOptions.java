package io.iambridge.server;

import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.TlsOptions;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.server.grpc.GrpcConfig;
import io.iambridge.server.kiamapi.KiamApiConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The flags of kiam's own service. */
final class KiamApiOptions {
  @Option(
      names = "--kiam-bind",
      paramLabel = "HOST:PORT",
      converter = HostPort.Converter.class,
      description =
          "Where to listen for agents of kiam itself, while nodes are changed over; nowhere if not"
              + " given. Its protocol proves no node.")
  @Nullable HostPort bind;

  @Option(
      names = "--kiam-cert",
      paramLabel = "FILE",
      description =
          "The certificate that kiam's agents are shown, e.g. that of kiam's own server; --cert if"
              + " not given.")
  @Nullable Path cert;

  @Option(
      names = "--kiam-key",
      paramLabel = "FILE",
      description = "The private key of --kiam-cert; --key if not given.")
  @Nullable Path key;

  @Option(
      names = "--kiam-ca",
      paramLabel = "FILE",
      description =
          "The authorities whose certificates make somebody an agent of kiam; --ca if not given.")
  @Nullable Path ca;

  /** What they say; a {@link ParameterException} when that makes no sense. */
  Optional<KiamApiConfig> config(GrpcConfig grpc, TlsOptions tls, CommandLine line) {
    if (bind == null) {
      if (cert != null || key != null || ca != null) {
        throw new ParameterException(
            line, "--kiam-cert, --kiam-key and --kiam-ca are for --kiam-bind, which is missing");
      }
      return Optional.empty();
    }
    return Optional.of(new KiamApiConfig(grpc.at(bind), files(tls, line)));
  }

  private TlsFiles files(TlsOptions tls, CommandLine line) {
    if ((cert == null) != (key == null)) {
      throw new ParameterException(line, "--kiam-cert and --kiam-key belong together");
    }
    TlsFiles ours = tls.serverFiles(/* mutual= */ ca == null, line);
    return new TlsFiles(
        cert == null || key == null
            ? ours.own()
            : Optional.of(new TlsFiles.Own(cert, key, "--kiam-cert", "--kiam-key")),
        ca == null ? ours.ca() : Optional.of(ca),
        ca == null ? ours.caFlag() : "--kiam-ca");
  }
}
