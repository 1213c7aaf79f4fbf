package io.iambridge.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.server.cli.PlanCommand;
import io.iambridge.server.cli.StatusCommand;
import io.iambridge.server.cli.StatusSource;
import io.iambridge.server.kubernetes.ClusterConnection;
import io.iambridge.server.kubernetes.MigrationObjects;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.StoreException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** What people and pipelines ask of the migration. */
@Command(
    name = "migration",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = {
      MigrationCommand.Status.class,
      MigrationCommand.Plan.class,
      RehearseCommand.class
    },
    description = "Shows and tries the way of namespaces to IRSA or EKS Pod Identity.")
final class MigrationCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "status, plan or rehearse?");
  }

  /** With the Kubernetes API behind it. */
  @Command(name = "status")
  static final class Status extends StatusCommand {
    Status() {
      super(InCluster::new);
    }
  }

  /** With Kubernetes and AWS behind it. */
  @Command(name = "plan")
  static final class Plan extends PlanCommand {
    Plan() {
      super(
          new PlanReader(
              ClusterConnection::open,
              DefaultCredentialsProvider.builder().build(),
              new DefaultAwsRegionProviderChain()));
    }
  }

  private static final class InCluster implements StatusSource {
    private final KubernetesClient client;
    private final MigrationObjects objects;

    InCluster(String kubeconfig) {
      client = ClusterConnection.open(kubeconfig);
      objects = new MigrationObjects(client);
    }

    @Override
    public Map<String, MigrationStatus> all() throws StoreException {
      return objects.statuses();
    }

    @Override
    public Map<String, MigrationStatus> of(String namespace) throws StoreException {
      return objects.statuses(namespace);
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
