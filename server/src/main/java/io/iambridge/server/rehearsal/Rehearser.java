package io.iambridge.server.rehearsal;

import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.rehearsal.Trial.Pair;
import io.iambridge.server.targets.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all trials of the cluster again and again: at once when one is new or altered, then at an
 * interval; so many a second and no more, few at one time, and none for a while when AWS asks for
 * fewer calls. Only while this replica leads.
 *
 * <p>{@link #tick} does everything but the attempts, which are made by {@code tasks}.
 */
public final class Rehearser {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearser.class);

  private static final double NANOS = 1e9;
  private static final double SPREAD = 0.1;

  private final Supplier<Set<String>> namespaces;
  private final Function<String, List<Trial>> trials;
  private final Function<Trial, Rehearsed> attempt;
  private final RehearsalSettings settings;
  private final Executor tasks;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Consumer<String> told;

  private final Map<String, Instant> changed = new ConcurrentHashMap<>();
  private volatile boolean leading;
  private volatile Instant swept = Instant.MIN;

  // Under the lock of this.
  private final Map<String, Map<Pair, Entry>> entries = new LinkedHashMap<>();
  private int running;
  private int throttled;
  private Instant resting = Instant.MIN;
  private double places;
  private Instant counted;

  private static final class Entry {
    private Trial trial;
    private Optional<Rehearsed> last = Optional.empty();
    private Instant due;
    private boolean running;

    Entry(Trial trial, Instant due) {
      this.trial = trial;
      this.due = due;
    }
  }

  /** What is to be made now; the entry's trial may be another one when it ends. */
  private record Start(Entry entry, Trial trial) {}

  /**
   * @param namespaces all there are
   * @param trials of a namespace, now
   * @param attempt makes one; blocks, never throws
   * @param told hears the name of a namespace in which something came out otherwise
   */
  public Rehearser(
      Supplier<Set<String>> namespaces,
      Function<String, List<Trial>> trials,
      Function<Trial, Rehearsed> attempt,
      RehearsalSettings settings,
      Executor tasks,
      InstantSource clock,
      RandomGenerator random,
      Consumer<String> told) {
    this.namespaces = namespaces;
    this.trials = trials;
    this.attempt = attempt;
    this.settings = settings;
    this.tasks = tasks;
    this.clock = clock;
    this.random = random;
    this.told = told;
    this.counted = clock.instant();
  }

  /** Whether this is the replica that tries. */
  public void lead(boolean lead) {
    leading = lead;
    if (!lead) {
      synchronized (this) {
        entries.clear();
      }
      changed.clear();
    } else {
      sweep();
    }
  }

  private void sweep() {
    swept = clock.instant();
    namespaces.get().forEach(this::changed);
  }

  /** Something has changed in the namespace. */
  public void changed(String namespace) {
    if (leading) {
      changed.putIfAbsent(namespace, clock.instant());
    }
  }

  /** To be called several times a second. */
  public void tick() {
    if (!leading) {
      return;
    }
    Instant now = clock.instant();
    if (!now.isBefore(swept.plus(RehearsalSettings.SWEEP))) {
      sweep();
    }
    changed.forEach((namespace, since) -> {
      if (!now.isBefore(since.plus(RehearsalSettings.DEBOUNCE))) {
        // Taken out first: a change from now on is another one.
        changed.remove(namespace);
        follow(namespace, trials.apply(namespace), now);
      }
    });
    due(now).forEach(this::start);
  }

  private void start(Start start) {
    try {
      tasks.execute(() -> run(start.entry(), start.trial()));
    } catch (RejectedExecutionException e) {
      // The server is stopping.
      ended(start.entry(), start.trial(), Optional.empty());
    }
  }

  private void follow(String namespace, List<Trial> wanted, Instant now) {
    synchronized (this) {
      Map<Pair, Entry> before = entries.getOrDefault(namespace, Map.of());
      Map<Pair, Entry> after = new LinkedHashMap<>();
      for (Trial trial : wanted) {
        after.put(trial.pair(), follow(before.get(trial.pair()), trial, now));
      }
      if (after.isEmpty()) {
        entries.remove(namespace);
      } else {
        entries.put(namespace, after);
      }
    }
    told.accept(namespace);
  }

  private static Entry follow(@Nullable Entry before, Trial trial, Instant now) {
    if (before == null) {
      return new Entry(trial, now);
    }
    // A CronJob's pod that has ended does not make untrue what it helped to find out.
    boolean kept =
        trial.how() instanceof How.Impossible
            && before.last.flatMap(Rehearsed::finding).isPresent()
            && before.trial.target() == trial.target();
    if (kept || before.trial.isAlike(trial)) {
      before.trial = trial;
      before.last =
          before.last.map(last ->
              new Rehearsed(trial, last.finding(), last.ownWords(), last.remedy(), last.since()));
      before.due = kept ? Instant.MAX : before.due;
      return before;
    }
    return new Entry(trial, now);
  }

  /** Those to start now; counted as running. */
  private synchronized List<Start> due(Instant now) {
    double rate = settings.rate();
    places =
        Math.min(
            Math.max(1, rate),
            places + Math.max(0, Duration.between(counted, now).toNanos() / NANOS * rate));
    counted = now;
    List<Start> starting = new ArrayList<>();
    List<Entry> waiting =
        entries.values().stream()
            .map(Map::values)
            .flatMap(Collection::stream)
            .filter(entry -> !entry.running && !entry.due.isAfter(now))
            .sorted(Comparator.comparing(entry -> entry.due))
            .toList();
    for (Entry entry : waiting) {
      boolean call = entry.trial.how() instanceof How.Attempt;
      if (call
          && (places < 1 || running >= RehearsalSettings.CONCURRENCY || now.isBefore(resting))) {
        continue;
      }
      if (call) {
        places--;
        running++;
      }
      entry.running = true;
      starting.add(new Start(entry, entry.trial));
    }
    return starting;
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, the trial is made again later
  private void run(Entry entry, Trial trial) {
    Optional<Rehearsed> came = Optional.empty();
    try {
      came = Optional.of(attempt.apply(trial));
    } catch (RuntimeException e) {
      // Whoever leads no more may well be stopping, with its connections already closed.
      if (leading) {
        LOG.atError().setCause(e).log("A rehearsal failed; it is tried again");
      }
    }
    ended(entry, trial, came);
  }

  private void ended(Entry entry, Trial trial, Optional<Rehearsed> came) {
    boolean news;
    synchronized (this) {
      Instant now = clock.instant();
      entry.running = false;
      if (trial.how() instanceof How.Attempt) {
        running--;
      }
      boolean slower =
          came.flatMap(Rehearsed::finding).filter(Finding.THROTTLED::equals).isPresent();
      if (slower) {
        throttled = Math.min(throttled + 1, 6);
        resting = now.plus(RehearsalSettings.REST.multipliedBy(1L << (throttled - 1)));
        entry.due = resting;
      } else {
        throttled = 0;
        entry.due = now.plus(varied());
      }
      // What is an object's fault stays until the objects change.
      if (!(trial.how() instanceof How.Attempt)) {
        entry.due = Instant.MAX;
      }
      // A throttled attempt tells nothing new of what was found out before.
      news = came.isPresent() && !(slower && entry.last.isPresent()) && differs(entry, came.get());
      if (news) {
        entry.last = came;
      }
    }
    if (news) {
      told.accept(trial.namespace());
    }
  }

  private static boolean differs(Entry entry, Rehearsed now) {
    return entry
        .last
        .filter(last ->
            last.finding().equals(now.finding())
                && last.ownWords().equals(now.ownWords())
                && last.remedy().equals(now.remedy()))
        .isEmpty();
  }

  private Duration varied() {
    double factor = 1 + SPREAD * (2 * random.nextDouble() - 1);
    return Duration.ofNanos((long) (settings.interval().toNanos() * factor));
  }

  /** What came of each trial of the namespace, by service account and role. */
  public synchronized List<Rehearsed> results(String namespace) {
    return entries.getOrDefault(namespace, Map.of()).values().stream()
        .map(entry ->
            entry.last.orElseGet(() ->
                new Rehearsed(
                    entry.trial,
                    Optional.empty(),
                    "not tried yet",
                    /* remedy= */ "",
                    clock.instant())))
        .toList();
  }

  /** Whether all of the namespace's trials have been made, and its last changes looked at. */
  public synchronized boolean isSettled(String namespace) {
    return !changed.containsKey(namespace)
        && entries.getOrDefault(namespace, Map.of()).values().stream()
            .allMatch(entry -> entry.last.isPresent());
  }

  /** How many trials came out how. */
  public synchronized Map<Finding, Long> counts() {
    Map<Finding, Long> counts = new EnumMap<>(Finding.class);
    for (Finding finding : Finding.values()) {
      counts.put(finding, 0L);
    }
    entries.values().stream()
        .map(Map::values)
        .flatMap(Collection::stream)
        .flatMap(entry -> entry.last.flatMap(Rehearsed::finding).stream())
        .forEach(finding -> counts.merge(finding, 1L, Long::sum));
    return counts;
  }
}
