package io.iambridge.server.plan.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.server.roles.RoleArn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustMergeTest {
  private static final String ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE";
  private static final String PROVIDER = "arn:aws:iam::123456789012:oidc-provider/" + ISSUER;
  private static final String SERVER = "arn:aws:iam::123456789012:role/kiam-server";
  private static final String CLUSTER = "arn:aws:eks:eu-west-1:123456789012:cluster/sandbox";
  private static final int QUOTA = 2048;
  private static final String PRESENT =
      """
      {"Version":"2012-10-17","Statement":[
        {"Sid":"Theirs","Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"},
        {"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"],
         "Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}}]}
      """
          .formatted(SERVER);

  @Test
  void allThatWasThereStays() {
    TrustDocument present = TrustDocument.parse(PRESENT);
    Merged merged = merge(present, web("apps/web"));
    assertThat(merged.changed()).isTrue();
    assertThat(merged.document().statements())
        .startsWith(present.statements().toArray(Statement[]::new))
        .hasSize(3);
    assertThat(admits(merged.document(), "apps", "web")).isTrue();
    assertThat(admits(merged.document(), "apps", "other")).isFalse();
    assertThat(merged.document().trusts(SERVER)).isTrue();
  }

  @Test
  void aStatementThatStandsAloneIsNoArrayAndStays() {
    TrustDocument present =
        TrustDocument.parse(
            "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:*\"}}");
    assertThat(merge(present, web("apps/web")).document().statements())
        .startsWith(present.statements().getFirst())
        .hasSize(2);
  }

  @Test
  void mergingAgainChangesNothing() {
    Grant[] grants = {
      web("apps/web"),
      new Grant.PodIdentity(CLUSTER, "123456789012", Optional.empty()),
      new Grant.PodIdentity(
          CLUSTER,
          "123456789012",
          Optional.of(new Grant.Tagged("apps", new TreeSet<>(Set.of("web", "api"))))),
      new Grant.Chain(RoleArn.parse("arn:aws:iam::123456789012:role/via"), /* tags= */ true)
    };
    for (Grant grant : grants) {
      Merged first = merge(TrustDocument.parse(PRESENT), grant);
      // As IAM gives it back: read anew.
      Merged second = merge(TrustDocument.parse(first.document().text()), grant);
      assertThat(first.changed()).isTrue();
      assertThat(second.changed()).as(grant.toString()).isFalse();
      assertThat(second.document()).isEqualTo(first.document());
    }
  }

  @Test
  void anEarlierPlansStatementIsExtended() {
    TrustDocument first = merge(TrustDocument.parse(PRESENT), web("apps/web")).document();
    TrustDocument second = merge(first, web("jobs/run")).document();
    assertThat(second.statements()).hasSameSizeAs(first.statements());
    assertThat(admits(second, "apps", "web")).isTrue();
    assertThat(admits(second, "jobs", "run")).isTrue();
    assertThat(admits(second, "apps", "run")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"StringEquals":{"ISSUER:sub":"system:serviceaccount:apps:web"}}\
        """,
        """
        {"StringEquals":{"ISSUER:sub":["x","system:serviceaccount:apps:web"],"ISSUER:aud":"sts.amazonaws.com"}}\
        """,
        """
        {"StringLike":{"ISSUER:SUB":"system:serviceaccount:apps:*"}}\
        """,
        """
        {"StringEquals":{"ISSUER:aud":["sts.amazonaws.com"]},"StringLike":{"ISSUER:sub":"system:*:w?b"}}\
        """,
        "{}",
      })
  void whatSomebodyElsesStatementLetsInIsNotAddedAgain(String condition) {
    TrustDocument present = federated("sts:AssumeRoleWithWebIdentity", PROVIDER, condition);
    assertThat(merge(present, web("apps/web")).changed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"StringEquals":{"ISSUER:sub":"system:serviceaccount:apps:api"}}\
        """,
        """
        {"StringEquals":{"ISSUER:sub":"system:serviceaccount:apps:web","ISSUER:aud":"other"}}\
        """,
        """
        {"StringEquals":{"ISSUER:sub":"system:serviceaccount:apps:*"}}\
        """,
        """
        {"StringNotLike":{"ISSUER:sub":"system:serviceaccount:apps:web"}}\
        """,
        """
        {"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}\
        """,
      })
  void whatItMayNotLetInIsAdded(String condition) {
    TrustDocument present = federated("sts:AssumeRoleWithWebIdentity", PROVIDER, condition);
    Merged merged = merge(present, web("apps/web"));
    assertThat(merged.changed()).isTrue();
    assertThat(admits(merged.document(), "apps", "web")).isTrue();
  }

  @Test
  void anotherClustersStatementIsNotOurs() {
    TrustDocument present = federated("sts:AssumeRoleWithWebIdentity", PROVIDER + "2", "{}");
    assertThat(merge(present, web("apps/web")).changed()).isTrue();
    assertThat(merge(federated("sts:AssumeRole", PROVIDER, "{}"), web("apps/web")).changed())
        .isTrue();
  }

  @Test
  void ourStatementThatSomebodyChangedStaysAndKeepsItsSid() {
    TrustDocument first = merge(TrustDocument.empty(), web("apps/web")).document();
    TrustDocument changed =
        TrustDocument.parse(first.toString().replace(":aud\"", ":AUD\"").replace("apps", "appz"));
    TrustDocument second = merge(changed, web("apps/web")).document();
    assertThat(second.statements()).startsWith(changed.statements().getFirst()).hasSize(2);
    assertThat(second.statements().stream().map(Statement::sid)).doesNotHaveDuplicates();
    assertThat(merge(second, web("apps/web")).changed()).isFalse();
  }

  @Test
  void theOldPrincipalGoesInTheEndAndNobodyElse() {
    TrustDocument dual =
        merge(
                TrustDocument.parse(
                    PRESENT.replace("\"" + SERVER + "\"", "[\"" + SERVER + "\",\"arn:b\"]")),
                web("apps/web"))
            .document();
    TrustDocument retired = dual.without(Set.of(SERVER));
    assertThat(retired.trusts(SERVER)).isFalse();
    assertThat(retired.trusts("arn:b")).isTrue();
    assertThat(retired.statements()).hasSize(3);
    assertThat(retired.without(Set.of("arn:b")).statements()).hasSize(2);
    assertThat(admits(retired, "apps", "web")).isTrue();
    assertThat(TrustDocument.parse(PRESENT).without(Set.of()))
        .isEqualTo(TrustDocument.parse(PRESENT));
  }

  @Test
  void whiteSpaceDoesNotCount() {
    assertThat(TrustDocument.parse(PRESENT).size())
        .isEqualTo(PRESENT.chars().filter(c -> !Character.isWhitespace(c)).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"Statement\":[1]}", "{\"Statement\":[]} x"})
  void whatIsNoPolicyIsRefused(String text) {
    assertThatThrownBy(() -> TrustDocument.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void subjectsAreFoldedOnlyWhenTheyMustBe() {
    List<Subject> workers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      workers.add(new Subject("apps", "worker-" + i));
    }
    Grant grant = new Grant.WebIdentity(PROVIDER, "sts.amazonaws.com", new TreeSet<>(workers));
    TrustMerge wide = new TrustMerge(new Universe(workers), Set.of("apps"), 1 << 20);
    assertThat(wide.merge(TrustDocument.empty(), List.of(grant)).folds()).isEmpty();
    TrustMerge merge = new TrustMerge(new Universe(workers), Set.of("apps"), QUOTA);
    Merged merged = merge.merge(TrustDocument.empty(), List.of(grant));
    assertThat(merged.fits()).isTrue();
    assertThat(merged.folds()).isNotEmpty();
    assertThat(merge.merge(merged.document(), List.of(grant)).changed()).isFalse();
  }

  @Test
  void aWildcardThatHasBecomeTooWideIsTakenApart() {
    List<Subject> workers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      workers.add(new Subject("apps", "worker-" + i));
    }
    Grant grant = new Grant.WebIdentity(PROVIDER, "sts.amazonaws.com", new TreeSet<>(workers));
    TrustDocument folded =
        new TrustMerge(new Universe(workers), Set.of("apps"), 550)
            .merge(TrustDocument.empty(), List.of(grant))
            .document();
    assertThat(admits(folded, "apps", "worker-stranger")).isTrue();
    List<Subject> more = new ArrayList<>(workers);
    more.add(new Subject("apps", "worker-stranger"));
    Merged again =
        new TrustMerge(new Universe(more), Set.of("apps"), 550).merge(folded, List.of(grant));
    assertThat(admits(again.document(), "apps", "worker-stranger")).isFalse();
    workers.forEach(one -> assertThat(admits(again.document(), "apps", one.account())).isTrue());
    Merged elsewhere =
        new TrustMerge(new Universe(more), Set.of("jobs"), 550)
            .merge(folded, List.of(web("jobs/run")));
    assertThat(elsewhere.strangers()).contains(new Subject("apps", "worker-stranger"));
  }

  /** What is let in is computed here by regular expressions, not by the code under test. */
  @Test
  void noWildcardLetsInAnAccountThatIsNotMeant() {
    long seed = Long.getLong("iambridge.fold.seed", System.nanoTime());
    Random random = new Random(seed);
    int folds = 0;
    int refused = 0;
    for (int round = 0; round < 3_000; round++) {
      Set<Subject> all = new TreeSet<>();
      Set<Subject> meant = new TreeSet<>();
      int namespaces = 1 + random.nextInt(3);
      int accounts = 1 + random.nextInt(40);
      int share = random.nextInt(101);
      for (int i = 0; i < accounts; i++) {
        Subject one = new Subject("ns" + random.nextInt(namespaces), name(random));
        all.add(one);
        if (random.nextInt(100) < share) {
          meant.add(one);
        }
      }
      if (meant.isEmpty()) {
        continue;
      }
      int quota = 350 + random.nextInt(1_500);
      TrustMerge merge = new TrustMerge(new Universe(all), Set.of("ns0", "ns1", "ns2"), quota);
      TrustDocument present =
          random.nextBoolean() ? TrustDocument.empty() : TrustDocument.parse(PRESENT);
      Grant grant = new Grant.WebIdentity(PROVIDER, "sts.amazonaws.com", new TreeSet<>(meant));
      Merged merged = merge.merge(present, List.of(grant));
      for (Subject one : all) {
        assertThat(letIn(merged.document(), one))
            .as("seed %d, round %d, %s in %s", seed, round, one, merged.document())
            .isEqualTo(meant.contains(one));
      }
      assertThat(merged.fits()).isEqualTo(merged.document().size() <= quota);
      assertThat(merge.merge(merged.document(), List.of(grant)).document())
          .as("seed %d, round %d: idempotence", seed, round)
          .isEqualTo(merged.document());
      folds += merged.folds().size();
      refused += merged.fits() ? 0 : 1;
    }
    // The test is worth something only if all of this happens.
    assertThat(folds).as("seed %d", seed).isGreaterThan(100);
    assertThat(refused).as("seed %d", seed).isGreaterThan(10);
  }

  private static String name(Random random) {
    String[] parts = {"web", "worker", "w", "api", "job", "1", "2", "10", "a.b"};
    StringBuilder name = new StringBuilder(parts[random.nextInt(5)]);
    for (int i = random.nextInt(4); i > 0; i--) {
      name.append('-').append(parts[random.nextInt(parts.length)]);
    }
    return name.toString();
  }

  private static boolean letIn(TrustDocument document, Subject subject) {
    for (Statement statement : document.statements()) {
      List<String> patterns = new ArrayList<>(statement.condition("StringLike", ISSUER + ":sub"));
      patterns.addAll(
          statement.condition("StringEquals", ISSUER + ":sub").stream()
              .map(exact -> exact.replace("*", "\\*"))
              .toList());
      for (String pattern : patterns) {
        String regexp = ("\\Q" + pattern + "\\E").replace("*", "\\E.*\\Q");
        if (Pattern.matches(regexp, subject.toString())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Merged merge(TrustDocument present, Grant grant) {
    return new TrustMerge(new Universe(List.of()), Set.of(), QUOTA).merge(present, List.of(grant));
  }

  private static Grant.WebIdentity web(String... accounts) {
    TreeSet<Subject> subjects = new TreeSet<>();
    for (String account : accounts) {
      int slash = account.indexOf('/');
      subjects.add(new Subject(account.substring(0, slash), account.substring(slash + 1)));
    }
    return new Grant.WebIdentity(PROVIDER, "sts.amazonaws.com", subjects);
  }

  private static boolean admits(TrustDocument document, String namespace, String account) {
    Subject subject = new Subject(namespace, account);
    return document.statements().stream()
        .anyMatch(statement ->
            WebIdentityStatement.admits(statement, web(namespace + "/" + account), subject));
  }

  private static TrustDocument federated(String action, String provider, String condition) {
    return TrustDocument.parse(
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Principal":{"Federated":"%s"},"Action":"%s","Condition":%s}]}
        """
            .formatted(provider, action, condition.replace("ISSUER", ISSUER)));
  }
}
