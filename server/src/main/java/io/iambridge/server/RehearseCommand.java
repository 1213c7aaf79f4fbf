package io.iambridge.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.common.cli.GoDuration;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.lifecycle.CloseOrder;
import io.iambridge.server.cli.Output;
import io.iambridge.server.cli.Rehearsals;
import io.iambridge.server.cli.RehearseRun;
import io.iambridge.server.evidence.EvidenceStoreException;
import io.iambridge.server.kubernetes.ClusterConnection;
import io.iambridge.server.kubernetes.EvidenceObjects;
import io.iambridge.server.kubernetes.NamespaceReader;
import io.iambridge.server.kubernetes.Unreached;
import io.iambridge.server.migration.StatusOf;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Seen;
import io.iambridge.server.rehearsal.Trial;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.sts.StsConfig;
import io.iambridge.server.sts.StsConnection;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** Tries on demand, in this process, what a namespace moves to. */
@Command(
    name = "rehearse",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tries now, for each service account and role in use in a namespace of whatever mode, whether"
          + " IRSA or EKS Pod Identity would give the role; throws the credentials away, and says"
          + " what to change. Takes the server's flags where they matter.",
      "Exits 0 when all are ready, 3 when one is not or a namespace has nothing to try, 1 on an"
          + " error, 2 on a wrong flag."
    })
final class RehearseCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin TargetsOptions targets;
  @Mixin MigrationOptions migration;
  @Mixin ModeOptions modes;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      required = true,
      description = "Which one; may be given several times.")
  List<String> namespaces = List.of();

  @Option(
      names = "--target",
      paramLabel = "auto|irsa|pod-identity",
      defaultValue = "auto",
      description = "What to try; auto is what the namespace moves to (default: auto).")
  String target = "auto";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|json",
      defaultValue = "table",
      converter = Output.Converter.class,
      description = "How it is written (default: ${DEFAULT-VALUE}).")
  Output output;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "How to reach Kubernetes; empty for the service account of the server's pod.")
  String kubeconfig = "";

  @Option(
      names = "--role-base-arn",
      paramLabel = "ARN",
      description = "What role names are put behind; without it STS is asked for our account.")
  @Nullable String roleBaseArn;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      defaultValue = "",
      description = "Region whose STS is asked; empty for what the AWS SDK finds.")
  String region = "";

  @Option(
      names = "--sts-endpoint",
      paramLabel = "URL",
      description = "Another endpoint of STS, such as a VPC endpoint.")
  @Nullable URI stsEndpoint;

  @Option(
      names = "--session-duration",
      paramLabel = "DURATION",
      defaultValue = "1h",
      converter = GoDuration.class,
      description = "How long credentials are asked for (default: ${DEFAULT-VALUE}).")
  Duration sessionDuration;

  @Override
  public Integer call() {
    Optional<Target> wanted = MigrationOptions.target(target, "--target", spec.commandLine());
    MigrationConfig config = migration.config(spec.commandLine());
    try (KubernetesClient kubernetes = ClusterConnection.open(kubeconfig)) {
      try (OnDemand rehearsals = new OnDemand(kubernetes, config)) {
        return new RehearseRun(rehearsals, spec.commandLine().getOut(), spec.commandLine().getErr())
            .run(namespaces, wanted, output);
      } catch (KubernetesClientException e) {
        throw new StartException(
            Unreached.is(e)
                ? Unreached.words(kubernetes, e)
                : "Kubernetes does not tell what is in the namespace: HTTP " + e.getCode(),
            e);
      }
    }
  }

  private StsConfig sts() {
    return new StsConfig(
        region.isEmpty() ? Optional.empty() : Optional.of(region),
        Optional.ofNullable(stsEndpoint),
        Optional.empty(),
        sessionDuration,
        StsConfig.DEFAULT_CONCURRENCY,
        StsConfig.DEFAULT_PLACE_TIMEOUT,
        StsConfig.DEFAULT_ATTEMPT_TIMEOUT,
        StsConfig.DEFAULT_CALL_TIMEOUT);
  }

  /** With the connections that a server would have. */
  private final class OnDemand implements Rehearsals {
    private final CloseOrder closeOrder = new CloseOrder();
    private final NamespaceReader reader;
    private final EvidenceObjects evidence;
    private final Trying trying;

    OnDemand(KubernetesClient kubernetes, MigrationConfig config) {
      DefaultAwsRegionProviderChain regions = new DefaultAwsRegionProviderChain();
      AwsCredentialsProvider credentials =
          closeOrder.add(
              DefaultCredentialsProvider.builder().build(), DefaultCredentialsProvider::close);
      this.reader = new NamespaceReader(kubernetes);
      this.evidence = new EvidenceObjects(kubernetes);
      String base = roleBaseArn;
      if (base == null || base.isEmpty()) {
        try (StsConnection sts = StsConnection.open(sts(), credentials, regions)) {
          base = sts.identity().roleBaseArn();
        }
      }
      this.trying =
          closeOrder.add(
              new Trying(
                  kubernetes,
                  new Modes(modes.mode(spec.commandLine())),
                  new RoleResolver(base),
                  sts(),
                  targets.config(spec.commandLine()),
                  config,
                  credentials,
                  regions,
                  InstantSource.system()));
    }

    @Override
    public Optional<List<Trial>> trials(String namespace, Optional<Target> target) {
      return reader
          .read(namespace)
          .map(view ->
              trying
                  .selection()
                  .trials(
                      view,
                      mode -> true,
                      seen(namespace),
                      target.orElseGet(() -> trying.selection().target(view))));
    }

    /** Who has no pod just now, such as a CronJob, is to be tried too. */
    private List<Seen> seen(String namespace) {
      try {
        return StatusOf.seen(
            evidence.read(namespace).status().workloads(), InstantSource.system().instant());
      } catch (EvidenceStoreException e) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(
            "%s: only what has a pod now is tried, since evidence is not read: %s"
                .formatted(namespace, e.getMessage()));
        err.flush();
        return List.of();
      }
    }

    @Override
    public Rehearsed make(Trial trial) {
      return trying.make(trial);
    }

    @Override
    public void close() {
      closeOrder.close();
    }
  }
}
