package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.InterceptionException.Kind;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.common.cli.StartException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules that bring pods' requests to this agent, from {@link #install} on. They are looked at
 * every 10 s, in a thread of their own, and stay when the agent stops unless told otherwise.
 */
public final class Interception implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(10);

  /**
   * Each so many looks one is thorough: reads whole tables, which on large nodes takes a while, and
   * looks for rules of others.
   */
  static final int THOROUGH_EVERY = 6;

  /** How often a start tries to put the rules in place: kube-proxy may hold the lock for long. */
  static final int ATTEMPTS = 3;

  /** A look that is under way is not left half done. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  private static final InterfacePattern KIAMS_DEFAULT = InterfacePattern.parse("docker0");
  private static final Logger LOG = LoggerFactory.getLogger(Interception.class);

  private final InterceptionConfig config;
  private final Commands commands;
  private final NodeInterfaces interfaces;
  private final ScheduledExecutorService thread;
  private final AgentMetrics metrics;
  private @Nullable Variants variants;
  private @Nullable Check check;
  private int checks;
  private boolean installed;
  private volatile Optional<String> notInPlace = Optional.of("the rules are not installed yet");

  Interception(
      InterceptionConfig config,
      Programs programs,
      NodeInterfaces interfaces,
      ScheduledExecutorService thread,
      AgentMetrics metrics) {
    this.config = config;
    this.commands = new Commands(programs);
    this.interfaces = interfaces;
    this.thread = thread;
    this.metrics = metrics;
  }

  /** On this machine; nothing is done yet. */
  public static Interception of(
      InterceptionConfig config, Programs programs, AgentMetrics metrics) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("interception").factory());
    return new Interception(config, programs, NodeInterfaces.SYSTEM, thread, metrics);
  }

  /**
   * Puts the rules in place and begins to look after them. Blocks for as long as iptables takes.
   *
   * @param port the agent's port, which has to be open already: from now on pods are sent there
   *     <p>A rule of somebody else that may win does not end the start: the agent is not
   *     {@linkplain #notInPlace() in place} until it is gone.
   * @throws StartException when that fails, more than once if it may go well. What could be done
   *     stays: better no answer for a pod than the node's role.
   */
  public void install(int port) {
    InterfacePattern podSide = podSide();
    Variants found;
    try {
      found = Variants.find(commands, config.mode());
      new Conntrack(commands).check();
    } catch (InterceptionException e) {
      throw new StartException("--iptables: " + e.getMessage(), e);
    }
    Check first = new Check(commands, found, config, podSide, port, interfaces);
    variants = found;
    check = first;
    Optional<Kind> trouble = look();
    for (int i = 1; i < ATTEMPTS && trouble.equals(Optional.of(Kind.PASSING)); i++) {
      warnOf(notInPlace);
      trouble = look();
    }
    String why = notInPlace.orElse("");
    if (trouble.filter(kind -> kind != Kind.CAPTURED).isPresent()) {
      throw new StartException("--iptables: " + why);
    }
    installed = true;
    warnOf(notInPlace);
    LOG.atInfo()
        .addKeyValue("to", first.wanted().values().stream().map(Wanted::to).toList())
        .addKeyValue("interface", podSide)
        .addKeyValue("programs", found.chosen().program(Family.IPV4))
        .log("Pods' metadata requests are intercepted");
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, INTERVAL.toSeconds(), INTERVAL.toSeconds(), TimeUnit.SECONDS);
  }

  private InterfacePattern podSide() {
    InterfacePattern pattern = config.podSide().orElse(KIAMS_DEFAULT);
    boolean there =
        interfaces.list().stream()
            .anyMatch(each -> pattern.matches(each.name()) != pattern.negated());
    if (!there && config.podSide().isEmpty()) {
      throw new StartException(
          "--iptables needs --host-interface, the pods' side of this node, such as cali+ or !eth0:"
              + " there is no interface "
              + pattern);
    }
    if (!there) {
      LOG.atWarn()
          .addKeyValue("interface", pattern)
          .log("No such interface (--host-interface) yet; it may come with the first pod");
    }
    return pattern;
  }

  private static void warnOf(Optional<String> notInPlace) {
    notInPlace.ifPresent(why -> LOG.atWarn().addKeyValue("why", why).log("Rules are not in place"));
  }

  /** What the gravest is that is wrong. */
  private Optional<Kind> look() {
    Check now = check;
    if (now == null) {
      return Optional.empty();
    }
    boolean thorough = checks % THOROUGH_EVERY == 0 || notInPlace.isPresent();
    try {
      return tell(now.run(thorough));
    } catch (RuntimeException e) {
      // An exception would end the schedule.
      metrics.interceptionFailed();
      now.wanted().keySet().forEach(family -> metrics.intercepting(family, /* inPlace= */ false));
      notInPlace = Optional.of("the rules could not be looked at: " + e);
      LOG.error("Cannot look after the rules", e);
      return Optional.of(Kind.PASSING);
    } finally {
      checks++;
    }
  }

  private Optional<Kind> tell(Check.Result result) {
    result
        .families()
        .forEach(family -> metrics.intercepting(family, !result.problems().containsKey(family)));
    if (result.foreignRules() >= 0) {
      metrics.foreignRules(result.foreignRules());
    }
    if (installed && !result.done().isEmpty()) {
      metrics.interceptionRepaired();
      LOG.atWarn()
          .addKeyValue("commands", result.done())
          .log("Rules were changed and are put back");
    }
    // One will do: it is mostly the same for both families.
    Optional<Map.Entry<Family, InterceptionException>> gravest =
        result.problems().entrySet().stream()
            .max(Comparator.comparing(entry -> entry.getValue().kind()));
    gravest.ifPresent(_ -> metrics.interceptionFailed());
    became(gravest.map(entry -> label(entry.getKey()) + ": " + entry.getValue().getMessage()));
    return gravest.map(entry -> entry.getValue().kind());
  }

  private void became(Optional<String> now) {
    Optional<String> before = notInPlace;
    notInPlace = now;
    if (!installed || before.equals(now)) {
      return; // install() tells of the first.
    }
    warnOf(now);
    if (now.isEmpty()) {
      LOG.info("Rules are in place again");
    }
  }

  private static String label(Family family) {
    return family == Family.IPV4 ? "IPv4" : "IPv6";
  }

  /** Why pods may not come to the agent, in one line; empty while they do. Any thread. */
  public Optional<String> notInPlace() {
    return notInPlace;
  }

  /** Ends looking after the rules, and takes them away if the configuration says so. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("The last look at the rules does not end");
        return;
      }
      if (config.removeAtStop() && variants != null) {
        List<String> done = new Removal(commands).everything(variants);
        LOG.atInfo().addKeyValue("commands", done).log("Rules are removed (--iptables-remove)");
      }
    } catch (InterceptionException e) {
      LOG.atWarn().addKeyValue("why", e.getMessage()).log("Rules cannot be removed");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
