package io.iambridge.sandbox;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.iambridge.common.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses SANDBOX = ArchitectureRules.classesOf("io.iambridge.sandbox");

  @Test
  void timeIsGivenFromOutside() {
    ArchitectureRules.TIME_IS_GIVEN_FROM_OUTSIDE.check(SANDBOX);
  }

  @Test
  void onlyMainsExitAndReadTheEnvironment() {
    ArchitectureRules.ONLY_MAINS_EXIT_AND_READ_THE_ENVIRONMENT.check(SANDBOX);
  }
}
