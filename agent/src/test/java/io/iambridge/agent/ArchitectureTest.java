package io.iambridge.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.iambridge.common.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

/** The rules of the module that the compiler does not know. */
class ArchitectureTest {
  private static final JavaClasses AGENT = ArchitectureRules.classesOf("io.iambridge.agent");

  @Test
  void agentKnowsNeitherKubernetesNorAws() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "software.amazon..", "com.amazonaws..")
        .check(AGENT);
  }

  @Test
  void credentialsAndCallersKnowNeitherNettyNorGrpc() {
    noClasses()
        .that()
        .resideInAnyPackage("..agent.credentials..", "..agent.callers..", "..agent.interception..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "io.grpc..")
        .check(AGENT);
  }

  @Test
  void httpKnowsNothingOfWhatIsServed() {
    noClasses()
        .that()
        .resideInAPackage("..agent.http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "..agent.imds..", "..agent.callers..", "..agent.credentials..", "..agent.upstream..")
        .check(AGENT);
  }

  @Test
  void onlyUpstreamSpeaksGrpc() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..agent.upstream..", "io.iambridge.agent")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(AGENT);
  }

  @Test
  void guavaIsGrpcsAlone() {
    noClasses().should().dependOnClassesThat().resideInAPackage("com.google.common..").check(AGENT);
  }

  @Test
  void timeIsGivenFromOutside() {
    ArchitectureRules.TIME_IS_GIVEN_FROM_OUTSIDE.check(AGENT);
    ArchitectureRules.NOBODY_SLEEPS.check(AGENT);
  }

  @Test
  void onlyMainsExitAndReadTheEnvironment() {
    ArchitectureRules.ONLY_MAINS_EXIT_AND_READ_THE_ENVIRONMENT.check(AGENT);
  }

  @Test
  void onlyOneClassStartsProcesses() {
    noClasses()
        .that()
        .doNotHaveSimpleName("ProgramRunner")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .check(AGENT);
  }

  @Test
  void packagesShowLittle() {
    classes()
        .that()
        .resideInAPackage("..agent.imds..")
        .and()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .should()
        .haveNameMatching(".*(ImdsService|SessionTokens|Documents|Readiness)")
        .check(AGENT);
  }
}
