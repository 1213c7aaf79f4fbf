package io.iambridge.sandbox.model;

import io.iambridge.agent.imds.SessionTokens;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs operations; after each, every pod that runs asks, and the oracle judges what it gets. */
final class History implements Question.Asking {
  /** The answer budget of the metadata service, and a moment. */
  private static final Duration LONGEST = Duration.ofMillis(440);

  /** Longer than an agent distrusts a server that names a pod which had left. */
  private static final Duration CALM = Duration.ofSeconds(75);

  /**
   * Longer than an agent remembers who left an address that another pod has had since: a pod that
   * comes back there by another server's word waits so long.
   */
  private static final Duration LONG_CALM = Duration.ofMinutes(61);

  private final World world;
  private final Steps steps;
  private final Oracle oracle;
  private final Map<ModelPod, Set<InetAddress>> waiting = new HashMap<>();
  private final List<Question> open = new ArrayList<>();
  private final Map<Oracle.Finding, Integer> findings = new EnumMap<>(Oracle.Finding.class);

  /** By the mechanism that was wanted and the one that gave. */
  private final Map<String, Integer> mechanisms = new TreeMap<>();

  /** Kept, because the product survives what a request's answering throws. */
  private @Nullable Violation violation;

  private boolean settled;
  private boolean patient;
  private int heldBack;
  private int questions;

  History(SessionTokens tokens, Flaw flaw, Tracing tracing) {
    world = new World(tokens, flaw);
    steps = new Steps(world, tracing);
    oracle = new Oracle(world.cluster);
  }

  /** What was found, and how often. */
  Map<Oracle.Finding, Integer> findings() {
    return findings;
  }

  /** How often which mechanism gave the credentials for which mechanism's session. */
  Map<String, Integer> mechanisms() {
    return mechanisms;
  }

  /** How many had to wait for longer than a minute in calm. */
  int heldBack() {
    return heldBack;
  }

  int questions() {
    return questions;
  }

  void step(Operation operation) {
    if (operation.kind() == Operation.Kind.SETTLE) {
      settle();
    } else {
      steps.take(operation);
      world.run();
    }
    everybodyAsks();
    world.tasks.runDue();
    nobodyWaitsTooLong();
    if (violation != null) {
      throw violation;
    }
    world.cluster.forget();
  }

  private void settle() {
    steps.calm();
    world.run();
    for (int i = 0; i < 3; i++) {
      // Who asks makes sessions try again that had failed.
      world.pass(CALM.dividedBy(3));
      everybodyAsks();
    }
    int before = heldBack;
    patient = true;
    askInCalm();
    patient = false;
    if (heldBack > before) {
      for (int i = 0; i < 3; i++) {
        world.pass(LONG_CALM.dividedBy(3));
        everybodyAsks();
      }
      askInCalm();
    }
  }

  private void askInCalm() {
    world.pass(LONGEST);
    settled = true;
    everybodyAsks();
    world.pass(LONGEST);
    settled = false;
  }

  private void everybodyAsks() {
    for (ModelPod pod : world.cluster.pods) {
      if (pod.running) {
        for (InetAddress address : Cluster.sources(pod)) {
          if (waiting.computeIfAbsent(pod, key -> new HashSet<>()).add(address)) {
            ask(pod, address, "");
          }
        }
      }
    }
  }

  private void ask(ModelPod pod, InetAddress address, String role) {
    Question question =
        new Question(pod, address, world.agents.get(pod.node), role, world.clock.instant(), this);
    questions++;
    open.add(question);
    question.agent.serve(question);
  }

  @Override
  public void answered(Question question, int status, String body) {
    open.remove(question);
    if (!question.connected()) {
      forget(question);
      return;
    }
    if (status == 200) {
      judge(question, body);
    }
    if (status == 200 && !question.forCredentials()) {
      ask(question.asker, question.peer(), body);
      return;
    }
    forget(question);
    if (settled) {
      expect(question, status);
    }
  }

  @Override
  public void answeredAgain(Question question) {
    violate("answered twice: " + question);
  }

  private void forget(Question question) {
    waiting.getOrDefault(question.asker, Set.of()).remove(question.peer());
  }

  private void judge(Question question, String body) {
    Instant now = world.clock.instant();
    Hearing hearing = world.hearings.get(question.node);
    Oracle.Finding finding;
    if (question.forCredentials()) {
      Sts.Issued issued = world.sts.of(body);
      mechanisms.merge(issued.grant().given() + " for " + issued.grant().wanted(), 1, Integer::sum);
      if (!now.isBefore(issued.expiration())) {
        violate("expired credentials for " + question);
      }
      finding = oracle.judge(question.asker, question.peer(), hearing, now, issued.grant()::equals);
    } else {
      finding =
          oracle.judge(
              question.asker,
              question.peer(),
              hearing,
              now,
              grant -> grant.roleName().equals(body));
    }
    findings.merge(finding, 1, Integer::sum);
    if (finding == Oracle.Finding.WRONG || (settled && finding != Oracle.Finding.RIGHT)) {
      String what =
          question.forCredentials() ? world.sts.of(body).grant().toString() : "role list " + body;
      violate("%s got %s; its own is %s".formatted(question, what, oracle.now(question.asker)));
    }
  }

  private void violate(String what) {
    if (violation == null) {
      violation = new Violation(what);
    }
  }

  private void expect(Question question, int status) {
    int expected = oracle.statusNow(question.asker);
    if (patient && status == 503) {
      heldBack += status == expected ? 0 : 1;
    } else if (status != expected) {
      violate("in calm, %s got status %d instead of %d".formatted(question, status, expected));
    }
  }

  private void nobodyWaitsTooLong() {
    Iterator<Question> next = open.iterator();
    while (next.hasNext()) {
      Question question = next.next();
      if (!question.connected()) {
        next.remove();
        forget(question);
      } else if (world.clock.instant().isAfter(question.asked.plus(LONGEST))) {
        violate("no answer for " + question);
      }
    }
  }
}
