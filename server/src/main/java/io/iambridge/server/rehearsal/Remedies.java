package io.iambridge.server.rehearsal;

import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.model.Audiences;
import io.iambridge.server.plan.trust.Grant;
import io.iambridge.server.plan.trust.GrantStatement;
import io.iambridge.server.plan.trust.Subject;
import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.shell.ShellWords;
import io.iambridge.server.targets.Finding;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What to change so that a trial goes well: words, and then the command or the statement that is
 * missing, each on a line of its own. Pure.
 *
 * @param place where we are
 */
public record Remedies(Place place) {
  private static final String ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";

  /** In place of what is no role. */
  private static final String NO_ROLE = "ROLE_ARN";

  /** Of a finding; empty when nothing is to be done. */
  public String of(Finding finding, Trial trial) {
    return switch (finding) {
      case NO_OIDC_PROVIDER, TRUST_DENIES_SUBJECT, WRONG_AUDIENCE -> {
        Optional<String> illegal = illegalAudience(trial);
        yield illegal.isPresent() ? illegal.get() : written(finding, trial);
      }
      default -> written(finding, trial);
    };
  }

  private String written(Finding finding, Trial trial) {
    return switch (finding) {
      case READY -> "";
      case NO_SERVICE_ACCOUNT ->
          "Create the service account, or name another one in the pods:\n"
              + command(
                  "kubectl",
                  "create",
                  "serviceaccount",
                  "-n",
                  trial.namespace(),
                  trial.serviceAccount());
      case NO_ROLE_ON_SERVICE_ACCOUNT ->
          "Annotate the service account with the role (and give workloads that have another role"
              + " another service account):\n"
              + annotate(trial);
      case INVALID_ROLE_ON_SERVICE_ACCOUNT ->
          "Annotate the service account with the whole ARN of a role:\n" + annotate(trial);
      case DIFFERENT_ROLE -> differentRole(trial);
      case NO_OIDC_PROVIDER ->
          "Create an OIDC provider for the cluster in account %s:\n".formatted(account(trial))
              + command(
                  "aws",
                  "iam",
                  "create-open-id-connect-provider",
                  "--url",
                  place.issuerOrWord(),
                  "--client-id-list",
                  trial.audience())
              + "\nOr keep the provider in the cluster's account only, annotate the service account"
              + " with a role of that account, and with "
              + ShellWords.quoted(TargetSessions.TARGET_ROLE_ARN + "=" + role(trial));
      case TRUST_DENIES_SUBJECT ->
          "Add this statement to the trust policy of %s (the role may also be missing, or the"
                  .formatted(first(trial))
              + " statement be there for another audience or another OIDC provider):\n"
              + statement(trial);
      case WRONG_AUDIENCE ->
          audience(trial)
              + "or let the OIDC provider in account %s, and the trust policy of %s, take it:\n"
                  .formatted(account(trial), first(trial))
              + command(
                  "aws",
                  "iam",
                  "add-client-id-to-open-id-connect-provider",
                  "--open-id-connect-provider-arn",
                  provider(trial),
                  "--client-id",
                  trial.audience())
              + "\n"
              + statement(trial);
      case TOKEN_REJECTED ->
          "STS has to reach the keys of issuer %s (its /.well-known/openid-configuration and"
                  .formatted(place.issuerOrWord())
              + " jwks_uri), and they have to be those of this cluster; keys that were rotated are"
              + " known within some minutes";
      case CHAIN_DENIED -> chain(trial);
      case REQUEST_REJECTED ->
          "The words above say what is not as it may be: the pod's external id, the service"
              + " account's eks.amazonaws.com/audience, --cluster-name, or a region where STS is"
              + " not activated for the role's account";
      case NO_ASSOCIATION -> association(trial);
      case NO_CLUSTER_NAME -> "Start the server with --cluster-name=NAME, the EKS cluster's name";
      case SERVER_NOT_PERMITTED ->
          "Let the server's own role call EKS Auth (eks-auth:AssumeRoleForPodIdentity on the"
              + " cluster):\n"
              + "{\"Effect\":\"Allow\",\"Action\":\"eks-auth:AssumeRoleForPodIdentity\",\"Resource\":\"*\"}";
      case TOKEN_NOT_PERMITTED -> rbac(trial);
      case THROTTLED -> "Nothing: it is tried again later. --rehearsal-rate makes it slower";
      case UNREACHABLE ->
          "The server has to reach STS or EKS Auth, and the Kubernetes API; it is tried again";
    };
  }

  /** Of what a look into the trust policy tells, where STS said only that it denies. */
  public String of(TrustReading reading, Trial trial) {
    Optional<String> illegal = illegalAudience(trial);
    if (illegal.isPresent()) {
      return illegal.get();
    }
    String role = first(trial);
    return switch (reading) {
      case NO_STATEMENT ->
          "The trust policy of %s lets nobody in by this cluster's OIDC provider. Add:\n"
                  .formatted(role)
              + statement(trial);
      case OTHER_SUBJECT ->
          "The trust policy of %s lets in others by this cluster's OIDC provider, but not %s. Add:\n"
                  .formatted(role, trial.subject())
              + statement(trial);
      case OTHER_AUDIENCE ->
          audience(trial)
              + "or change the condition of %s, which lets %s in for another one, to:\n"
                  .formatted(role, trial.subject())
              + statement(trial);
      case OPEN -> of(Finding.TRUST_DENIES_SUBJECT, trial);
    };
  }

  /** Where the role does not exist. */
  public String ofNoRole(Trial trial) {
    Optional<String> illegal = illegalAudience(trial);
    if (illegal.isPresent()) {
      return illegal.get();
    }
    return "There is no role %s. Create it with the trust policy\n".formatted(first(trial))
        + "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}".formatted(statement(trial));
  }

  /**
   * That the audience is to be corrected first, where it is none to be written into commands and
   * policies: whoever may edit a service account chooses it, so it is not even repeated.
   */
  private static Optional<String> illegalAudience(Trial trial) {
    return trial.target() == Target.POD_IDENTITY || Audiences.isLegal(trial.audience())
        ? Optional.empty()
        : Optional.of(
            "Tokens are for an illegal audience, which the service account's annotation %s names (legal are up to 255 letters, digits and ._:/- and no URL of http or https). Correct that first:\n"
                    .formatted(TargetSessions.AUDIENCE)
                + defaultAudience(trial));
  }

  /** Whether it is right, and how to correct it; in front of what is to be done if it is right. */
  private static String audience(Trial trial) {
    return "Tokens are for audience %s, as the service account's annotation %s says (%s without it). Correct that:\n"
            .formatted(trial.audience(), TargetSessions.AUDIENCE, TargetSessions.DEFAULT_AUDIENCE)
        + defaultAudience(trial)
        + "\n";
  }

  private static String defaultAudience(Trial trial) {
    return annotate(
        trial.namespace(),
        trial.serviceAccount(),
        TargetSessions.AUDIENCE,
        TargetSessions.DEFAULT_AUDIENCE);
  }

  private String differentRole(Trial trial) {
    return trial.target() == Target.POD_IDENTITY
        ? "Let the association have the role that the pods have now (and that role let EKS in), or"
            + " give these workloads a service account of their own:\n"
            + reassociate(trial)
            + "\n"
            + podIdentity(trial)
        : "One service account has one role. Give these workloads a service account of their own,"
            + " annotated with their role (migration plan writes both):\n"
            + command("kubectl", "create", "serviceaccount", "-n", trial.namespace(), "NAME")
            + "\n"
            + annotate(trial.namespace(), "NAME", ROLE_ANNOTATION, role(trial));
  }

  private String association(Trial trial) {
    return "Associate the role with the service account, and let EKS in by the role's trust policy:\n"
        + associate(trial)
        + "\n"
        + podIdentity(trial);
  }

  private String associate(Trial trial) {
    return command(
        "aws",
        "eks",
        "create-pod-identity-association",
        "--cluster-name",
        place.clusterOrWord(),
        "--namespace",
        trial.namespace(),
        "--service-account",
        trial.serviceAccount(),
        "--role-arn",
        role(trial));
  }

  /** Creating one again is refused (ResourceInUseException); only EKS knows its id. */
  private String reassociate(Trial trial) {
    String cluster = place.clusterOrWord();
    String id =
        command(
            "aws",
            "eks",
            "list-pod-identity-associations",
            "--cluster-name",
            cluster,
            "--namespace",
            trial.namespace(),
            "--service-account",
            trial.serviceAccount(),
            "--query",
            "associations[0].associationId",
            "--output",
            "text");
    return command(
            "aws",
            "eks",
            "update-pod-identity-association",
            "--cluster-name",
            cluster,
            "--role-arn",
            role(trial),
            "--association-id")
        + " \"$("
        + id
        + ")\"";
  }

  private static String annotate(Trial trial) {
    return annotate(trial.namespace(), trial.serviceAccount(), ROLE_ANNOTATION, role(trial));
  }

  private static String annotate(
      String namespace, String serviceAccount, String annotation, String value) {
    return command(
        "kubectl",
        "annotate",
        "--overwrite",
        "serviceaccount",
        "-n",
        namespace,
        serviceAccount,
        annotation + "=" + value);
  }

  /** Each word as it is: namespaces' owners choose some, which may mean something to a shell. */
  private static String command(String... words) {
    return ShellWords.quoted(List.of(words));
  }

  private String rbac(Trial trial) {
    int slash = place.serverAccount().indexOf('/');
    return "Let the server create tokens of this namespace's service accounts:\n"
        + command(
            "kubectl",
            "create",
            "role",
            "-n",
            trial.namespace(),
            "iambridge-tokens",
            "--verb=create",
            "--resource=serviceaccounts/token")
        + "\n"
        + command(
            "kubectl",
            "create",
            "rolebinding",
            "-n",
            trial.namespace(),
            "iambridge-tokens",
            "--role=iambridge-tokens",
            "--serviceaccount="
                + place.serverAccount().substring(0, Math.max(0, slash))
                + ":"
                + place.serverAccount().substring(slash + 1));
  }

  private static String chain(Trial trial) {
    Optional<RoleArn> via = via(trial);
    return "Let %s assume %s: by its own policy (sts:AssumeRole), and by this statement in the other's trust policy:\n"
            .formatted(via.map(RoleArn::toString).orElse("the first role"), role(trial))
        + via.map(first -> GrantStatement.line(new Grant.Chain(first, /* tags= */ false)))
            .orElse("");
  }

  private String statement(Trial trial) {
    return trial.target() == Target.POD_IDENTITY
        ? podIdentity(trial)
        : firstRole(trial)
            .map(_ ->
                GrantStatement.line(
                    new Grant.WebIdentity(
                        provider(trial),
                        trial.audience(),
                        new TreeSet<>(
                            Set.of(new Subject(trial.namespace(), trial.serviceAccount()))))))
            .orElse("");
  }

  /** With the conditions that keep other clusters' associations out. */
  private String podIdentity(Trial trial) {
    return firstRole(trial)
        .map(role ->
            GrantStatement.line(
                new Grant.PodIdentity(
                    place.clusterArn(role), role.account(), /* tagged= */ Optional.empty())))
        .orElse("");
  }

  private String provider(Trial trial) {
    return firstRole(trial)
        .map(role ->
            "arn:%s:iam::%s:oidc-provider/%s"
                .formatted(
                    role.partition(), role.account(), TrustReading.host(place.issuerOrWord())))
        .orElse("");
  }

  private static String first(Trial trial) {
    return firstRole(trial).map(RoleArn::toString).orElse(NO_ROLE);
  }

  /** The trial's; not what is no ARN of a role, and may be anything. */
  private static String role(Trial trial) {
    return parsed(trial.role()).map(RoleArn::toString).orElse(NO_ROLE);
  }

  private static String account(Trial trial) {
    return firstRole(trial).map(RoleArn::account).orElse("of the role");
  }

  /** The role that the token itself is for: a chain's first. */
  static Optional<RoleArn> firstRole(Trial trial) {
    return via(trial).or(() -> parsed(trial.role()));
  }

  private static Optional<RoleArn> parsed(String role) {
    try {
      return Optional.of(RoleArn.parse(role));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<RoleArn> via(Trial trial) {
    return trial.how() instanceof How.Attempt(Session session)
            && session.mechanism() instanceof Mechanism.WebIdentity web
        ? web.via()
        : Optional.empty();
  }
}
