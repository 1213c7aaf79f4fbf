package io.iambridge.sandbox.check;

import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.sandbox.Place;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.check.Proof.WrongException;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Proves a sandbox with the demo cluster, claim by claim. */
public final class Check {
  private static final int POLL_MILLIS = 20;
  private static final int AT_ONCE = 1_000;
  private static final int UNAVAILABLE = 503;
  private static final int OK = 200;
  private static final String ROLE = "iam.amazonaws.com/role";
  private static final String BURST_ROLE = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/shop/burst";

  private final Sandbox sandbox;
  private Duration patience = Duration.ofSeconds(10);

  /** Of this sandbox. */
  public Check(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /** How long an answer may take to become right. */
  Check patience(Duration duration) {
    patience = duration;
    return this;
  }

  /** Runs every proof and prints a line for each; says whether all hold. */
  public boolean run(Screen screen) {
    int wrong = 0;
    Map<String, Proof> proofs = proofs();
    for (Map.Entry<String, Proof> entry : proofs.entrySet()) {
      try {
        String seen = entry.getValue().prove();
        screen.line(Style.GOOD, "  ok     " + entry.getKey());
        screen.line(Style.FAINT, "         " + seen);
      } catch (Exception e) {
        wrong++;
        screen.line(Style.BAD, "  WRONG  " + entry.getKey());
        screen.line("         " + (e instanceof WrongException ? e.getMessage() : e.toString()));
      }
    }
    screen.gap();
    screen.line(
        wrong == 0 ? Style.GOOD : Style.BAD,
        (proofs.size() - wrong) + " passed, " + wrong + " failed");
    return wrong == 0;
  }

  /** Every claim, and how it is proved; in the order they are told. */
  Map<String, Proof> proofs() {
    Map<String, Proof> proofs = new LinkedHashMap<>();
    for (DemoPod pod : DemoCluster.pods(sandbox)) {
      proofs.put(pod.fullName() + ": " + pod.situation(), () -> gets(pod));
    }
    proofs.put("a session token is good for its own pod only", this::tokensAreBound);
    proofs.put("an annotation changed now is followed by the next answer", this::annotation);
    proofs.put("a pod made now is served, and forgotten when deleted", this::pods);
    proofs.put(AT_ONCE + " first requests at once make one STS call", this::singleFlight);
    new WalkCheck(sandbox, patience).addTo(proofs);
    if (!sandbox.place().equals(Place.LOOPBACK)) {
      proofs.put(
          "nobody came near the node's own credentials, which were there all the time",
          this::nothingLeaked);
    }
    return proofs;
  }

  private String nothingLeaked() throws WrongException {
    int leaks = sandbox.imds().credentialRequests().size();
    return require(leaks == 0, leaks + " requests for them reached the metadata service");
  }

  private String gets(DemoPod pod) throws Exception {
    Gets gets = await(pod.address(), pod);
    return gets.status() + " " + gets.text();
  }

  /** Asks until the answer fits; the first answers may come before the cluster has been seen. */
  private Gets await(String address, DemoPod pod) throws Exception {
    Instant end = sandbox.clock().instant().plus(patience);
    Gets gets = Gets.at(sandbox, address);
    while (!gets.fits(pod) && sandbox.clock().instant().isBefore(end)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      gets = Gets.at(sandbox, address);
    }
    if (gets.fits(pod)) {
      return gets;
    }
    throw new WrongException(
        "%d %s instead of %d %s".formatted(gets.status(), gets.text(), pod.status(), pod.gets()));
  }

  private String address(String onLoopback) {
    return sandbox.place().address(onLoopback);
  }

  private String tokensAreBound() throws IOException, WrongException {
    String token = sandbox.podAt(address("127.0.0.11")).token(60).body();
    PodAnswer own = sandbox.podAt(address("127.0.0.11")).roles(Optional.of(token));
    PodAnswer foreign = sandbox.podAt(address("127.0.0.12")).roles(Optional.of(token));
    String seen = "its own pod %d, another pod %d".formatted(own.status(), foreign.status());
    return require(own.status() == OK && foreign.status() == 401, seen);
  }

  private String annotation() throws Exception {
    DemoPod website = DemoCluster.pods(sandbox).get(4);
    annotate(website, "shop/cart");
    Gets with =
        await(
            website.address(),
            new DemoPod("", "", "", Map.of(), OK, DemoCluster.PODS.getFirst().gets(), ""));
    annotate(website, null);
    Gets without = await(website.address(), website);
    return "annotated: %s; without again: %s".formatted(with.text(), without.text());
  }

  private void annotate(DemoPod pod, @org.jspecify.annotations.Nullable String role) {
    sandbox
        .client()
        .pods()
        .inNamespace(pod.namespace())
        .withName(pod.name())
        .edit(object -> {
          if (role == null) {
            object.getMetadata().getAnnotations().remove(ROLE);
          } else {
            object.getMetadata().getAnnotations().put(ROLE, role);
          }
          return object;
        });
  }

  private String pods() throws Exception {
    DemoPod fresh =
        new DemoPod(
            "shop",
            "fresh",
            address("127.0.0.30"),
            Map.of(ROLE, "shop/cart"),
            OK,
            DemoCluster.PODS.getFirst().gets(),
            "");
    DemoCluster.createPod(sandbox.client(), fresh);
    Gets made = await(fresh.address(), fresh);
    sandbox.client().pods().inNamespace("shop").withName("fresh").delete();
    Gets gone =
        await(
            fresh.address(), new DemoPod("", "", "", Map.of(), UNAVAILABLE, "no pod is known", ""));
    return "made: %s; deleted: %d %s".formatted(made.text(), gone.status(), gone.text());
  }

  private String singleFlight() throws Exception {
    sandbox.iam().putRole(BURST_ROLE, TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL));
    DemoPod burst =
        new DemoPod("shop", "burst", address("127.0.0.31"), Map.of(ROLE, "shop/burst"), OK, "", "");
    sandbox.sts().faults().delay(Duration.ofMillis(100));
    Callable<PodAnswer> ask =
        () -> {
          PodAnswer answer = sandbox.podAt(burst.address()).credentials("burst", Optional.empty());
          // The first may be faster than the news of the pod: its SDK is told to ask again.
          Instant end = sandbox.clock().instant().plus(patience);
          while (answer.status() == UNAVAILABLE && sandbox.clock().instant().isBefore(end)) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            answer = sandbox.podAt(burst.address()).credentials("burst", Optional.empty());
          }
          return answer;
        };
    int served = 0;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<PodAnswer>> answers = new ArrayList<>();
      DemoCluster.createPod(sandbox.client(), burst);
      for (int i = 0; i < AT_ONCE; i++) {
        answers.add(callers.submit(ask));
      }
      for (Future<PodAnswer> answer : answers) {
        served += answer.get().status() == OK ? 1 : 0;
      }
    } finally {
      sandbox.sts().faults().clear();
    }
    long calls = sandbox.sts().calls().assumeRole(BURST_ROLE);
    return require(
        served == AT_ONCE && calls == 1, "%d served by %d STS call(s)".formatted(served, calls));
  }

  private static String require(boolean holds, String seen) throws WrongException {
    if (!holds) {
      throw new WrongException(seen);
    }
    return seen;
  }
}
