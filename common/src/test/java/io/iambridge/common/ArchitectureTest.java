package io.iambridge.common;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.iambridge.common.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses COMMON = ArchitectureRules.classesOf("io.iambridge.common");

  @Test
  void timeIsGivenFromOutside() {
    ArchitectureRules.TIME_IS_GIVEN_FROM_OUTSIDE.check(COMMON);
    ArchitectureRules.NOBODY_SLEEPS.check(COMMON);
  }

  @Test
  void onlyMainsExitAndReadTheEnvironment() {
    ArchitectureRules.ONLY_MAINS_EXIT_AND_READ_THE_ENVIRONMENT.check(COMMON);
  }
}
