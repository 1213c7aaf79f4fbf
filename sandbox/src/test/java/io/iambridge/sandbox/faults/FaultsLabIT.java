package io.iambridge.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.matrix.TrackedPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What pods notice of faults: nothing, if they had been served before; else they are told why, and
 * served as soon as that is over. Both servers are gone for ten real minutes meanwhile, in a
 * cluster of their own. What came of it is written to target/lab/faults.md, and to docs/faults.md
 * when it is whole.
 *
 * <p>{@code -Diambridge.faults.outage=PT30S} makes the long one short, and the run one that is not
 * whole; {@code -Diambridge.faults.only=clock} tries those with that in their names.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class FaultsLabIT {
  /** The outage and the silent watch. */
  private static final int BESIDES = 2;

  private static final String ONLY = System.getProperty("iambridge.faults.only", "");
  private static final int SESSIONS = 16;
  private static final Duration SESSION = Duration.ofMinutes(1);
  private static final Duration WATCH = Duration.ofSeconds(12);
  private static final Duration OUTAGE_DEADLINE = Duration.ofMinutes(14);
  private static final Path PAGE = Path.of("../docs/faults.md");

  private static final List<Result> RESULTS = new ArrayList<>();
  private static final FutureTask<Result> OUTAGE = new FutureTask<>(new Outage());
  private static final FutureTask<Result> SILENT_WATCH = new FutureTask<>(new SilentWatch());
  private static List<Fault> faults = List.of();
  private static int good;
  private static LabHost host;
  private static FaultCluster cluster;
  private static Trial trial;

  @TempDir private static Path directory;

  @BeforeAll
  static void start() throws IOException {
    host = LabHost.setUp();
    if (ONLY.isEmpty()) {
      Thread.ofPlatform().daemon().name("outage").start(OUTAGE);
      Thread.ofPlatform().daemon().name("silent-watch").start(SILENT_WATCH);
    }
    cluster = FaultCluster.start("short");
    cluster.sandbox().sts().faults().limitSessions(SESSION);
    trial = Trial.on(cluster, SESSIONS);
    faults =
        new EveryFault(cluster, trial, host, directory)
            .all().stream().filter(fault -> fault.name().contains(ONLY)).toList();
  }

  static List<Fault> everyFault() {
    return faults;
  }

  @Order(1)
  @ParameterizedTest(name = "{0}")
  @MethodSource("everyFault")
  void cachedCallersNoticeNothingAndNewOnesAreServedAsSoonAsItIsOver(Fault fault) throws Exception {
    Result result = trial.of(fault, WATCH);
    note(result);
    good++;
  }

  private static void note(Result result) {
    RESULTS.add(result);
    System.out.print(FaultPage.row(result));
    try {
      Verdict.check(result);
    } catch (AssertionError e) {
      System.out.println(e.getMessage());
      throw e;
    }
  }

  @Order(2)
  @Test
  @DisabledIfSystemProperty(named = "iambridge.faults.only", matches = ".+")
  void aWatchThatDiesInSilenceIsNoticedInMinutes() throws Exception {
    note(SILENT_WATCH.get(OUTAGE_DEADLINE.toSeconds(), TimeUnit.SECONDS));
    good++;
  }

  @Order(3)
  @Test
  @DisabledIfSystemProperty(named = "iambridge.faults.only", matches = ".+")
  void tenMinutesWithoutAnyServerCostNobodyHisCredentials() throws Exception {
    Result result = OUTAGE.get(OUTAGE_DEADLINE.toSeconds(), TimeUnit.SECONDS);
    note(result);
    if (Outage.isWhole()) {
      assertThat(result.after().calls())
          .as("one STS call for each session, and for the newcomers'")
          .isEqualTo(result.sessions() + result.newcomers());
      assertThat(result.after().mostInOneSecond())
          .as("STS calls in one second")
          .isLessThanOrEqualTo(result.sessions() / 4);
    }
    good++;
  }

  @AfterAll
  static void writeThePage() throws Exception {
    try (LabHost _ = host;
        FaultCluster _ = cluster;
        Trial _ = trial) {
      LocalDate today = LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC);
      String page = FaultPage.of(today, RESULTS);
      Files.writeString(Files.createDirectories(Path.of("target/lab")).resolve("faults.md"), page);
      if (good == faults.size() + BESIDES && Outage.isWhole()) {
        TrackedPage.update(PAGE, page, FaultPage::essence);
      }
    } finally {
      OUTAGE.cancel(/* mayInterruptIfRunning= */ true);
      SILENT_WATCH.cancel(/* mayInterruptIfRunning= */ true);
    }
  }
}
