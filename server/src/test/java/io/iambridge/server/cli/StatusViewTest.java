package io.iambridge.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.terminal.Screen;
import io.iambridge.server.migration.FallbackLine;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.WorkloadLine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatusViewTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/app";

  private static MigrationStatus status(
      List<FallbackLine> fallbacks, long retiredAttempts, int leftOut) {
    return new MigrationStatus(
        "irsa",
        "irsa",
        /* workloads= */ 1,
        /* callers= */ 1,
        "1/1",
        /* done= */ true,
        fallbacks.size(),
        "stay",
        "Stay",
        "",
        List.of(),
        List.of(
            new WorkloadLine(
                "Deployment/app",
                "app",
                2,
                "kiam",
                ROLE,
                "2026-11-22T11:59:00Z",
                70,
                "assume-role",
                "imds-v2",
                "Boto3 1.2.3",
                "yes",
                "no",
                List.of("irsa"),
                /* silentFallback= */ true)),
        fallbacks,
        retiredAttempts,
        leftOut);
  }

  private static String shown(MigrationStatus status, Output output) {
    StringWriter shown = new StringWriter();
    new StatusView(new Screen(new PrintWriter(shown), /* colour= */ false))
        .show(new TreeMap<>(Map.of("shop", status)), output);
    return shown.toString();
  }

  @Test
  void whoFellBackWhatWasRefusedAndWhatIsLeftOutIsSaid() {
    List<FallbackLine> fallbacks =
        List.of(
            new FallbackLine(
                "Deployment/app", ROLE, "trust-denies-subject", "2026-11-22T11:59:00Z"),
            new FallbackLine("CronJob/\u001b[2J", ROLE, "", "2026-11-22T11:58:00Z"));

    assertThat(shown(status(fallbacks, /* retiredAttempts= */ 7, /* leftOut= */ 3), Output.TABLE))
        .contains(
            "shop: Deployment/app got kiam's credentials and not the target's, for role "
                + ROLE
                + ": trust-denies-subject\n")
        .contains(
            "shop: CronJob/?[2J got kiam's credentials and not the target's, for role "
                + ROLE
                + "\n")
        .contains("shop: 7 calls were refused in two days, since the mode is retired\n")
        .contains("shop: 3 lines are left out, for which the object has no room\n");
  }

  @Test
  void nothingIsSaidOfWhatIsNotSo() {
    assertThat(shown(status(List.of(), 0, 0), Output.TABLE))
        .isEqualTo(
            """
            NAMESPACE  MODE  TARGET  WORKLOADS  CALLERS  READY  FALLBACKS  NEXT
            shop       irsa  irsa    1          1        1/1    0          stay
            """);
  }

  @Test
  void wideTellsOfEachWorkload() {
    assertThat(shown(status(List.of(), 0, 0), Output.WIDE).lines().skip(4).toList())
        .containsExactly(
            "WORKLOAD        PODS  MODE  ACCOUNT  ROLE                                LAST CALL"
                + "             A DAY  BY           PATH     SDK          CAN USE IRSA  CAN USE POD IDENTITY"
                + "  CARRIES",
            "Deployment/app  2     kiam  app      arn:aws:iam::123456789012:role/app"
                + "  2026-11-22T11:59:00Z  70     assume-role  imds-v2  Boto3 1.2.3  yes           no          "
                + "          irsa");
  }
}
