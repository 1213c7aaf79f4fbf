package io.iambridge.sandbox.migration;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The programs of all pods, each of which asks for its credentials again and again, as its SDK
 * would: by IMDSv2, by IMDSv1, or at the address of EKS Pod Identity with its pod's token. From its
 * first success on, nothing but success is right until somebody says that it is to be refused.
 */
final class Traffic implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PACE_NANOS = 700_000_000L;

  /** Two hundred pods come at once, on a machine that is busy with all of them. */
  private static final Duration NEW = Duration.ofSeconds(20);

  private final Sandbox sandbox;
  private final InetSocketAddress agent;
  private final Map<String, Program> programs = new ConcurrentHashMap<>();
  private final Map<String, Integer> wrong = new TreeMap<>();
  private final AtomicLong answers = new AtomicLong();
  private volatile boolean stopped;

  Traffic(Sandbox sandbox, int agentPort) {
    this.sandbox = sandbox;
    this.agent = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), agentPort);
  }

  /** What a pod was given last: the ARN that STS knows the holder by; empty when refused. */
  record Got(int status, String holder) {}

  /** One pod's program. */
  final class Program {
    private final Fleet.Worker worker;
    private final PodClient pod;
    private final Optional<String> podToken;
    private final Thread thread;
    private final AtomicLong served = new AtomicLong();
    private final long began = System.nanoTime();
    private volatile boolean ended;
    private volatile boolean refusedIsRight;
    private volatile Got last = new Got(0, "");

    private Program(Fleet.Worker worker, String address, Optional<String> podToken) {
      this.worker = worker;
      this.podToken = podToken;
      this.pod = new PodClient(InetAddress.ofLiteral(address), agent);
      this.thread = Thread.ofVirtual().name(worker.fullName()).start(this::run);
    }

    private void run() {
      LockSupport.parkNanos(Math.floorMod(worker.fullName().hashCode(), PACE_NANOS));
      while (!stopped && !ended) {
        last = ask();
        answers.incrementAndGet();
        LockSupport.parkNanos(PACE_NANOS);
      }
    }

    private Got ask() {
      try {
        if (podToken.isPresent()) {
          return judge(pod.podIdentity(podToken.get()));
        }
        Optional<String> token =
            versionTwo() ? Optional.of(pod.token(300).body()) : Optional.empty();
        PodAnswer roles = pod.roles(token);
        PodAnswer given = roles.status() == 200 ? pod.credentials(roles.body(), token) : roles;
        return judge(given);
      } catch (IOException | RuntimeException e) {
        return failed(new Got(-1, ""), "no answer: " + e.getMessage());
      }
    }

    /** Half of the programs are old. */
    private boolean versionTwo() {
      return worker.name().hashCode() % 2 == 0;
    }

    private Got judge(PodAnswer given) throws IOException {
      if (given.status() != 200) {
        Got got = new Got(given.status(), "");
        return refusedIsRight || (isNew() && given.status() == 503)
            ? got
            : failed(got, given.status() + " " + given.body().strip());
      }
      String id = JSON.readTree(given.body()).path("AccessKeyId").asText();
      Optional<AccessKey> key = sandbox.iam().accessKey(id);
      String holder = key.map(found -> found.principal().arn().toString()).orElse("nobody");
      String role = key.map(found -> found.principal().identity().toString()).orElse("nobody");
      if (!role.equals(worker.role())) {
        return failed(new Got(200, holder), "the credentials of " + role);
      }
      served.incrementAndGet();
      return new Got(200, holder);
    }

    /** May be unknown for a moment, no longer. */
    private boolean isNew() {
      return served.get() == 0 && System.nanoTime() - began < NEW.toNanos();
    }

    private Got failed(Got got, String trouble) {
      if (!stopped && !ended) {
        synchronized (wrong) {
          wrong.merge(worker.fullName() + ": " + trouble, 1, Integer::sum);
        }
      }
      return got;
    }

    /** What it was told last. */
    Got last() {
      return last;
    }

    /** How often it was served. */
    long served() {
      return served.get();
    }

    void refusedIsRight() {
      refusedIsRight = true;
    }

    void end() {
      ended = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * A workload's pod has come up at the address; its former one, if any, ends.
   *
   * @param podToken what the pod asks 169.254.170.23 with; without it, it asks 169.254.169.254
   */
  Program start(Fleet.Worker worker, String address, Optional<String> podToken) {
    Program program = new Program(worker, address, podToken);
    Program before = programs.put(worker.fullName(), program);
    if (before != null) {
      before.end();
    }
    return program;
  }

  Program of(Fleet.Worker worker) {
    return Optional.ofNullable(programs.get(worker.fullName())).orElseThrow();
  }

  List<Program> all() {
    return List.copyOf(programs.values());
  }

  /** How many answers there were. */
  long answers() {
    return answers.get();
  }

  /** What was not right, and how often. */
  Map<String, Integer> wrong() {
    synchronized (wrong) {
      return Map.copyOf(wrong);
    }
  }

  @Override
  public void close() {
    stopped = true;
    programs.values().forEach(Program::end);
  }
}
