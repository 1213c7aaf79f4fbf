package io.iambridge.server.cli;

import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.PlanSettings;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.tokens.AccountName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What kind of plan is wanted. */
final class PlanOptions {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description =
          "A namespace to plan for; can be repeated (default: all where a pod names a role, with"
              + " --default-role all with workloads, but for those that are retired).")
  List<String> namespaces = new ArrayList<>();

  @Option(
      names = "--target",
      paramLabel = "irsa|pod-identity",
      defaultValue = "irsa",
      converter = TargetConverter.class,
      description =
          "Where namespaces go whose mode or label iambridge.io/target does not say so already"
              + " (default: ${DEFAULT-VALUE}).")
  Target target;

  @Option(
      names = "--cross-account",
      paramLabel = "direct|chain",
      defaultValue = "direct",
      converter = CrossAccountConverter.class,
      description =
          "How pods get roles of other accounts by IRSA: by an OIDC provider in each, or by a role of"
              + " the cluster's account (default: ${DEFAULT-VALUE}).")
  CrossAccount crossAccount;

  @Option(
      names = "--server-principal",
      paramLabel = "ARN",
      description =
          "What the roles trust now: the server's role, or kiam's; can be repeated. The last step"
              + " takes it away.")
  List<String> serverPrincipals = new ArrayList<>();

  @Option(
      names = "--server-service-account",
      paramLabel = "NAMESPACE/NAME",
      defaultValue = "kube-system/iambridge-server",
      converter = AccountConverter.class,
      description =
          "The service account of the server's pods, which may create tokens in the planned"
              + " namespaces from the step rehearse on (default: ${DEFAULT-VALUE}).")
  AccountName serverAccount;

  @Option(
      names = "--trust-policy-quota",
      paramLabel = "N",
      defaultValue = "" + PlanSettings.DEFAULT_TRUST_POLICY_QUOTA,
      description =
          "Characters that a trust policy may have: your quota L-C07B4B0D"
              + " (default: ${DEFAULT-VALUE}).")
  int trustPolicyQuota;

  @Option(
      names = "--pod-identity-tags",
      negatable = true,
      description =
          "Let roles trust EKS Pod Identity for the planned service accounts alone, by its session"
              + " tags, and not for every association of the cluster (default: false).")
  boolean podIdentityTags;

  @Option(
      names = "--default-role",
      paramLabel = "ROLE",
      defaultValue = "",
      description = "kube2iam's: the role of pods that name none.")
  String defaultRole;

  @Option(
      names = "--namespace-restriction-format",
      paramLabel = "glob|regexp",
      defaultValue = "glob",
      converter = FormatConverter.class,
      description =
          "kube2iam's: how iam.amazonaws.com/allowed-roles is written (default: ${DEFAULT-VALUE}).")
  AllowedRolesFormat allowedRolesFormat;

  @Option(
      names = "--disable-strict-namespace-regexp",
      negatable = true,
      description =
          "kiam's: iam.amazonaws.com/permitted may match a part of the ARN (default: false).")
  boolean unanchored;

  PlanSettings settings(String roleBaseArn) {
    return new PlanSettings(
        crossAccount,
        serverPrincipals,
        trustPolicyQuota,
        podIdentityTags,
        roleBaseArn,
        allowedRolesFormat,
        /* strictPermitted= */ !unanchored,
        defaultRole,
        serverAccount);
  }

  static final class TargetConverter implements ITypeConverter<Target> {
    @Override
    public Target convert(String value) {
      return constant(Target.values(), value);
    }
  }

  static final class CrossAccountConverter implements ITypeConverter<CrossAccount> {
    @Override
    public CrossAccount convert(String value) {
      return constant(CrossAccount.values(), value);
    }
  }

  static final class FormatConverter implements ITypeConverter<AllowedRolesFormat> {
    @Override
    public AllowedRolesFormat convert(String value) {
      return constant(AllowedRolesFormat.values(), value);
    }
  }

  static final class AccountConverter implements ITypeConverter<AccountName> {
    @Override
    public AccountName convert(String value) {
      try {
        return AccountName.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + value + "' is " + e.getMessage());
      }
    }
  }

  private static <E extends Enum<E>> E constant(E[] values, @Nullable String word) {
    List<String> words = new ArrayList<>();
    for (E value : values) {
      String of = value.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (of.equals(word)) {
        return value;
      }
      words.add(of);
    }
    throw new TypeConversionException("'" + word + "' is none of " + String.join(", ", words));
  }
}
