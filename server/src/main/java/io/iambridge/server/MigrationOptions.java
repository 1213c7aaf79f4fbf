package io.iambridge.server;

import io.iambridge.common.cli.GoDuration;
import io.iambridge.server.rehearsal.RehearsalSettings;
import io.iambridge.server.rehearsal.Target;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The flags of rehearsals and of the migration's status. */
final class MigrationOptions {
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final String AUTO = "auto";

  @Option(
      names = "--rehearsal-target",
      paramLabel = "auto|irsa|pod-identity",
      defaultValue = AUTO,
      description =
          "What to try in namespaces without the label iambridge.io/target: auto is IRSA where a"
              + " service account in use has a role, else Pod Identity where --cluster-name is"
              + " given, else IRSA (default: ${DEFAULT-VALUE}).")
  String rehearsalTarget = AUTO;

  @Option(
      names = "--rehearsal-interval",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = GoDuration.class,
      description =
          "How often each service account and role is tried, besides when something changes"
              + " (default: ${DEFAULT-VALUE}).")
  Duration rehearsalInterval = RehearsalSettings.DEFAULT.interval();

  @Option(
      names = "--rehearsal-rate",
      paramLabel = "N",
      defaultValue = "2",
      description = "Attempts per second, all together (default: ${DEFAULT-VALUE}).")
  double rehearsalRate = RehearsalSettings.DEFAULT.rate();

  @Option(
      names = "--oidc-issuer",
      paramLabel = "URL",
      description = "Who issues the cluster's service account tokens; empty to ask the API server.")
  @Nullable URI oidcIssuer;

  @Option(
      names = "--iam-endpoint",
      paramLabel = "URL",
      description = "Another endpoint of IAM, which is asked for trust policies (iam:GetRole).")
  @Nullable URI iamEndpoint;

  @Option(
      names = "--leader-election-namespace",
      paramLabel = "NAMESPACE",
      defaultValue = "",
      description = "Where the replicas' Lease is; empty for the server's own namespace.")
  String leaderElectionNamespace = "";

  @Option(
      names = "--leader-election-identity",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "What this replica is called there; something random is added (default: the host's"
              + " name).")
  String leaderElectionIdentity = "";

  @Option(
      names = "--service-account",
      paramLabel = "NAMESPACE/NAME",
      defaultValue = "kube-system/iambridge-server",
      description =
          "The server's own service account, which remedies name (default: ${DEFAULT-VALUE}).")
  String serviceAccount = "kube-system/iambridge-server";

  /** What they say; a {@link ParameterException} when that cannot be. */
  MigrationConfig config(CommandLine commandLine) {
    if (rehearsalInterval.compareTo(MIN_INTERVAL) < 0) {
      throw new ParameterException(
          commandLine, "--rehearsal-interval should be at least 1s: " + rehearsalInterval);
    }
    if (!(rehearsalRate > 0 && rehearsalRate <= 1_000)) {
      throw new ParameterException(
          commandLine, "--rehearsal-rate should be more than 0 and at most 1000: " + rehearsalRate);
    }
    return new MigrationConfig(
        target(rehearsalTarget, "--rehearsal-target", commandLine),
        new RehearsalSettings(rehearsalInterval, rehearsalRate),
        Optional.ofNullable(oidcIssuer).map(URI::toString).filter(text -> !text.isEmpty()),
        Optional.ofNullable(iamEndpoint),
        Optional.of(leaderElectionNamespace).filter(text -> !text.isEmpty()),
        Optional.of(leaderElectionIdentity).filter(text -> !text.isEmpty()),
        serviceAccount);
  }

  /** A target by its name; empty for {@code auto}. */
  static Optional<Target> target(String value, String flag, CommandLine commandLine) {
    Optional<Target> target = Target.ofLabel(value);
    if (target.isEmpty() && !value.equals(AUTO)) {
      throw new ParameterException(
          commandLine, "%s is not auto, irsa or pod-identity: %s".formatted(flag, value));
    }
    return target;
  }
}
