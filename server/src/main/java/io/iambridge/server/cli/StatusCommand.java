package io.iambridge.server.cli;

import io.iambridge.common.cli.StartException;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.StoreException;
import java.io.PrintWriter;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how far namespaces have migrated, as {@code kubectl get migrations} and more. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows how far namespaces have migrated, what does not work yet, and what to do next.",
      "Exits 0 when all that were asked for are ready or done, 3 when one is not or there is none,"
          + " 1 on an error, 2 on a wrong flag."
    })
public class StatusCommand implements Callable<Integer> {
  private final StatusSource.Opener opener;

  @Spec CommandSpec spec;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Only this one; may be given several times (default: all).")
  List<String> namespaces = List.of();

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
  String kubeconfig;

  /** With what reads. */
  public StatusCommand(StatusSource.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    SortedMap<String, MigrationStatus> statuses;
    try (StatusSource source = opener.open(kubeconfig);
        Progress _ = Progress.start(err, () -> "Reading migrations.iambridge.io …")) {
      statuses = read(source);
    } catch (StoreException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    if (!statuses.isEmpty() || output == Output.JSON) {
      new StatusView(Terminals.screen(spec.commandLine().getOut())).show(statuses, output);
    }
    boolean ready = statuses.values().stream().allMatch(MigrationStatus::done);
    if (namespaces.isEmpty() && statuses.isEmpty()) {
      err.println(
          "no namespace has a status: nothing calls, has a role or a mode, or no server writes one");
      err.flush();
      ready = false;
    }
    for (String asked : namespaces) {
      if (!statuses.containsKey(asked)) {
        err.println(
            asked
                + ": no status: there is no such namespace, nothing there calls, has a role or a"
                + " mode, or no server writes one");
        err.flush();
        ready = false;
      }
    }
    return ready ? ExitStatus.READY : ExitStatus.NOT_READY;
  }

  private SortedMap<String, MigrationStatus> read(StatusSource source) throws StoreException {
    if (namespaces.isEmpty()) {
      return new TreeMap<>(source.all());
    }
    SortedMap<String, MigrationStatus> statuses = new TreeMap<>();
    for (String namespace : namespaces) {
      statuses.putAll(source.of(namespace));
    }
    return statuses;
  }
}
