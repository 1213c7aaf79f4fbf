package io.iambridge.server.cli;

import io.iambridge.common.cli.StartException;
import io.iambridge.server.plan.input.Earlier;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.text.EarlierPlan;
import io.iambridge.server.plan.text.PlanFiles;
import io.iambridge.server.plan.text.PlanFolder;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes what must be done for namespaces to migrate, and changes nothing itself. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes what must be done, in order, for namespaces to go from kiam to IRSA or EKS Pod"
          + " Identity. Reads Kubernetes and IAM, and changes nothing itself.",
      "Exits 0 when nothing stands in the way, 3 when something does, 1 on an error, 2 on a wrong"
          + " flag."
    })
public class PlanCommand implements Callable<Integer> {
  private final PlanSource source;

  @Spec CommandSpec spec;
  @Mixin PlanOptions options;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the plan is written: an empty folder, a new one, or an earlier plan's.")
  Path out;

  @Option(
      names = "--replace",
      negatable = true,
      description =
          "Remove the folders of namespaces that an earlier plan in DIR was for and this one is not"
              + " (default: false, they stay).")
  boolean replace;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|json",
      defaultValue = "table",
      converter = Output.Converter.class,
      description =
          "How its summary is printed; json is the whole plan (default: ${DEFAULT-VALUE}).")
  Output output;

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The EKS cluster's name; needed for EKS Pod Identity.")
  String clusterName;

  @Option(
      names = "--cluster-account",
      paramLabel = "ID",
      defaultValue = "",
      description = "The cluster's AWS account (default: that of the base of role names).")
  String clusterAccount;

  @Option(
      names = "--oidc-issuer",
      paramLabel = "URL",
      defaultValue = "",
      description = "Who issues service accounts' tokens (default: what the API server tells).")
  String issuer;

  @Option(
      names = "--role-base-arn",
      paramLabel = "ARN",
      defaultValue = "",
      description = "As the server's; empty for the account of the credentials that we have.")
  String roleBaseArn;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      defaultValue = "",
      description = "The cluster's region (default: what the issuer or the AWS SDK tell).")
  String region;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "How to reach Kubernetes; empty for the service account of the server's pod.")
  String kubeconfig;

  @Option(names = "--iam-endpoint", paramLabel = "URL", description = "Another endpoint of IAM.")
  @Nullable URI iamEndpoint;

  @Option(
      names = "--sts-endpoint",
      paramLabel = "URL",
      description = "Another endpoint of STS, such as a VPC endpoint.")
  @Nullable URI stsEndpoint;

  /** With what reads. */
  public PlanCommand(PlanSource source) {
    this.source = source;
  }

  @Override
  public Integer call() {
    PlanFolder folder = new PlanFolder(out);
    EarlierPlan earlier = folder.earlier();
    Earlier facts = facts(earlier);
    PrintWriter err = spec.commandLine().getErr();
    AtomicReference<String> doing = new AtomicReference<>("Kubernetes");
    Plan plan;
    try (Progress _ = Progress.start(err, () -> "Reading " + doing.get() + " …")) {
      PlanInput input = source.read(request(), doing::set);
      sameCluster(earlier, input);
      plan = plan(input.after(facts));
    }
    EarlierPlan staying = replace ? EarlierPlan.NONE : earlier.without(plan);
    SortedMap<String, String> files = PlanFiles.of(plan, staying);
    int changed = folder.write(files, staying);
    PrintWriter written = spec.commandLine().getOut();
    if (output == Output.JSON) {
      written.print(files.get(PlanFiles.JSON));
    } else {
      new PlanView(Terminals.screen(written)).show(plan, out, changed);
    }
    written.flush();
    return plan.blocked() ? ExitStatus.NOT_READY : ExitStatus.READY;
  }

  private Earlier facts(EarlierPlan earlier) {
    try {
      return replace ? earlier.facts().replaced() : earlier.facts();
    } catch (IllegalArgumentException e) {
      throw new StartException("--out %s: %s".formatted(out, e.getMessage()), e);
    }
  }

  private void sameCluster(EarlierPlan earlier, PlanInput input) {
    try {
      earlier.sameCluster(input.cluster());
    } catch (IllegalArgumentException e) {
      throw new StartException("--out %s: %s".formatted(out, e.getMessage()), e);
    }
  }

  private static Plan plan(PlanInput input) {
    try {
      return Planner.plan(input);
    } catch (IllegalArgumentException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private PlanSource.Request request() {
    if (options.trustPolicyQuota < 1) {
      throw new ParameterException(spec.commandLine(), "--trust-policy-quota is less than 1");
    }
    return new PlanSource.Request(
        Set.copyOf(options.namespaces),
        options.target,
        /* everybody= */ !options.defaultRole.isEmpty(),
        options::settings,
        kubeconfig,
        clusterName,
        clusterAccount,
        issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer,
        roleBaseArn,
        region,
        Optional.ofNullable(stsEndpoint),
        Optional.ofNullable(iamEndpoint));
  }
}
