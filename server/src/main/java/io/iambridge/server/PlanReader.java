package io.iambridge.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.cli.StartException;
import io.iambridge.server.cli.PlanSource;
import io.iambridge.server.iam.IamReader;
import io.iambridge.server.kubernetes.ClusterSurvey;
import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PlanSettings;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.sts.CallerIdentity;
import io.iambridge.server.sts.StsConfig;
import io.iambridge.server.sts.StsConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/** Reads what a plan depends on: Kubernetes, who we are to AWS, and the roles in IAM. */
final class PlanReader implements PlanSource {
  // https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
  private static final Pattern EKS_ISSUER =
      Pattern.compile("https://oidc\\.eks\\.([a-z0-9-]+)\\.(?:.*)");
  private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

  private final Function<String, KubernetesClient> kubernetes;
  private final AwsCredentialsProvider credentials;
  private final AwsRegionProvider regions;

  /**
   * @param kubernetes the client for a {@code --kubeconfig}
   * @param credentials who we are to AWS
   * @param regions where to find the region when nothing else tells it
   */
  PlanReader(
      Function<String, KubernetesClient> kubernetes,
      AwsCredentialsProvider credentials,
      AwsRegionProvider regions) {
    this.kubernetes = kubernetes;
    this.credentials = credentials;
    this.regions = regions;
  }

  @Override
  public PlanInput read(Request request, Consumer<String> progress) {
    List<String> gaps = new ArrayList<>();
    progress.accept("who we are to AWS");
    Optional<CallerIdentity> identity = identity(request, gaps);
    String base = base(request, identity);
    RoleArn example = example(base);
    PlanSettings settings = request.settings().apply(base);
    if (settings.serverPrincipals().isEmpty()) {
      gaps.add(
          "No --server-principal was given: the last step takes nothing out of the roles' trust.");
    }
    PlanInput input;
    try (KubernetesClient client = kubernetes.apply(request.kubeconfig())) {
      ClusterSurvey survey = new ClusterSurvey(client, progress);
      String issuer = request.issuer().isEmpty() ? survey.issuer() : request.issuer();
      List<NamespaceFacts> namespaces =
          survey.namespaces(request.namespaces(), request.everybody(), request.target());
      gaps.addAll(survey.gaps());
      input =
          new PlanInput(
              cluster(request, issuer, example), settings, namespaces, Map.of(), Map.of(), gaps);
    }
    return withIam(request, input, identity, progress);
  }

  private Optional<CallerIdentity> identity(Request request, List<String> gaps) {
    StsConfig config =
        new StsConfig(
            optional(request.region()),
            request.stsEndpoint(),
            Optional.empty(),
            StsConfig.MIN_DURATION,
            /* concurrency= */ 1,
            StsConfig.DEFAULT_PLACE_TIMEOUT,
            StsConfig.DEFAULT_ATTEMPT_TIMEOUT,
            StsConfig.DEFAULT_CALL_TIMEOUT);
    try (StsConnection sts = StsConnection.open(config, credentials, regions)) {
      return Optional.of(sts.identity());
    } catch (StartException e) {
      gaps.add(e.getMessage() + ": no trust policy could be read.");
      return Optional.empty();
    }
  }

  private static String base(Request request, Optional<CallerIdentity> identity) {
    if (!request.roleBaseArn().isEmpty()) {
      return request.roleBaseArn();
    }
    return identity
        .map(CallerIdentity::roleBaseArn)
        .orElseThrow(() -> new StartException("set --role-base-arn: AWS does not say who we are"));
  }

  /** Any role by the base, for its account and partition. */
  private static RoleArn example(String base) {
    try {
      return new RoleResolver(base).resolve("x");
    } catch (IllegalArgumentException e) {
      throw new StartException("--role-base-arn: " + e.getMessage(), e);
    }
  }

  private ClusterFacts cluster(Request request, String issuer, RoleArn example) {
    String account =
        request.clusterAccount().isEmpty() ? example.account() : request.clusterAccount();
    if (!ACCOUNT.matcher(account).matches()) {
      throw new StartException("--cluster-account is not twelve digits: " + account);
    }
    try {
      return new ClusterFacts(
          request.clusterName(), issuer, region(request, issuer), example.partition(), account);
    } catch (IllegalArgumentException e) {
      throw new StartException("--oidc-issuer: " + e.getMessage(), e);
    }
  }

  private String region(Request request, String issuer) {
    Matcher eks = EKS_ISSUER.matcher(issuer);
    if (!request.region().isEmpty()) {
      return request.region();
    }
    if (eks.matches()) {
      return eks.group(1);
    }
    try {
      return regions.getRegion().id();
    } catch (RuntimeException e) {
      return "";
    }
  }

  private PlanInput withIam(
      Request request,
      PlanInput input,
      Optional<CallerIdentity> identity,
      Consumer<String> progress) {
    SortedSet<RoleArn> roles;
    try {
      roles = Planner.roles(input);
    } catch (IllegalArgumentException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    Map<RoleArn, PresentTrust> trust = new HashMap<>();
    Map<String, PresentProvider> providers = new HashMap<>();
    if (identity.isPresent()) {
      try (IamReader iam =
          IamReader.open(
              identity.get().account(),
              optional(input.cluster().region()).map(Region::of),
              request.iamEndpoint(),
              credentials)) {
        int read = 0;
        SortedSet<String> accounts = new TreeSet<>();
        for (RoleArn role : roles) {
          progress.accept("role %d of %d".formatted(++read, roles.size()));
          trust.put(role, iam.trust(role));
          if (accounts.add(role.account())) {
            providers.put(
                role.account(),
                iam.provider(
                    role.account(), input.cluster().provider(role.partition(), role.account())));
          }
        }
      }
    }
    return new PlanInput(
        input.cluster(), input.settings(), input.namespaces(), trust, providers, input.gaps());
  }

  private static Optional<String> optional(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
