package io.iambridge.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.iambridge.common.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses SERVER = ArchitectureRules.classesOf("io.iambridge.server");

  @Test
  void whatDecidesKnowsNoNetworkAndNoKubernetesAndNoAws() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "..policy..",
                "..roles..",
                "..credentials..",
                "..bindings..",
                "..callers..",
                "..cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.netty..", "io.grpc..", "io.fabric8..", "software.amazon.awssdk.."));
  }

  @Test
  void eachEdgeHasItsLibraryToItself() {
    check(only("io.fabric8..", "..server.kubernetes..", "..server.crd..", "..server"));
    check(
        only(
            "software.amazon.awssdk..",
            "..server.sts..",
            "..server.eksauth..",
            "..server.iam..",
            "..server"));
    check(only("io.prometheus..", "..server.metrics..", "..server"));
    check(only("io.netty..", "..server.grpc.."));
    check(only("picocli..", "..server", "..server.cli.."));
  }

  private static ArchRule only(String library, String... packages) {
    return noClasses()
        .that(com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(packages)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  @Test
  void packagesHaveNoCycles() {
    check(
        SlicesRuleDefinition.slices()
            .matching("io.iambridge.server.(*)..")
            .should()
            .beFreeOfCycles());
  }

  @Test
  void nobodyUsesGuava() {
    check(noClasses().should().dependOnClassesThat().resideInAPackage("com.google.common.."));
  }

  @Test
  void onlyMainsExitAndReadTheEnvironment() {
    ArchitectureRules.ONLY_MAINS_EXIT_AND_READ_THE_ENVIRONMENT.check(SERVER);
    check(noClasses().should().callMethod(System.class, "getProperty", String.class));
  }

  @Test
  void timeIsGivenFromOutside() {
    ArchitectureRules.TIME_IS_GIVEN_FROM_OUTSIDE.check(SERVER);
    ArchitectureRules.NOBODY_SLEEPS.check(SERVER);
  }

  @Test
  void everyPackageIsNullMarked() {
    check(
        classes()
            .should()
            .resideInAPackage("..")
            .andShould(
                com.tngtech.archunit.lang.ArchCondition.from(
                    com.tngtech.archunit.base.DescribedPredicate.describe(
                        "be in a package that is @NullMarked",
                        type ->
                            type.getPackage()
                                .isAnnotatedWith(org.jspecify.annotations.NullMarked.class)))));
  }

  private static void check(ArchRule rule) {
    rule.check(SERVER);
  }
}
