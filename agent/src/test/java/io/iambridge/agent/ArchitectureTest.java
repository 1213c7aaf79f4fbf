package io.iambridge.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The rules of the module that the compiler does not know. */
class ArchitectureTest {
  private static final JavaClasses AGENT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.iambridge.agent");

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
  void timeComesInByConstructor() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", Duration.class)
        .orShould()
        .callMethod(TimeUnit.class, "sleep", long.class)
        .check(AGENT);
  }

  @Test
  void onlyTheMainExitsAndReadsTheEnvironment() {
    noClasses()
        .that()
        .doNotHaveSimpleName("AgentMain")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .check(AGENT);
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
