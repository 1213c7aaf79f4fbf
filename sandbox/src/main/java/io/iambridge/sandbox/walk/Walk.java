package io.iambridge.sandbox.walk;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.server.modes.Mode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Leads {@link Moving#ORDERS} through the modes, as an operator would: by the label. */
public final class Walk {
  /** From kiam to the end, and back. */
  public static final List<Mode> MODES =
      List.of(Mode.KIAM, Mode.REHEARSE, Mode.IRSA, Mode.POD_IDENTITY, Mode.RETIRED, Mode.KIAM);

  private static final JsonMapper JSON = new JsonMapper();
  private static final int POLL_MILLIS = 20;

  /** EKS Auth names sessions eks-CLUSTER-POD-UUID. */
  private static final String EKS_SESSION = "/eks-" + Sandbox.CLUSTER + "-";

  private static final int OK = 200;
  private static final int FORBIDDEN = 403;

  private final Sandbox sandbox;
  private final Commands commands;
  private final Duration patience;
  private final Issued issued;
  private final DemoPod pod;

  /**
   * In this sandbox, where {@link Moving#create} was called.
   *
   * @param patience how long a mode may take to be in force
   */
  public Walk(Sandbox sandbox, Commands commands, Duration patience) {
    this.sandbox = sandbox;
    this.commands = commands;
    this.patience = patience;
    this.issued = new Issued(sandbox.auditLog());
    this.pod = Moving.api(sandbox);
  }

  /** Sets the label, and looks until the mode is in force or patience is at its end. */
  public Step to(Mode mode) throws IOException, InterruptedException {
    label(Moving.ORDERS, mode);
    Instant end = sandbox.clock().instant().plus(patience);
    Step step = look(mode);
    while (!isInForce(step) && sandbox.clock().instant().isBefore(end)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      step = look(mode);
    }
    return new Step(mode, step.gets(), step.mechanism(), rehearsal(mode));
  }

  /** Sets the label of a namespace. */
  public void label(String namespace, Mode mode) {
    sandbox
        .client()
        .namespaces()
        .withName(namespace)
        .edit(object ->
            new NamespaceBuilder(object)
                .editMetadata()
                .addToLabels(Mode.LABEL, mode.label())
                .endMetadata()
                .build());
  }

  private Step look(Mode mode) throws IOException {
    Gets gets = Gets.at(sandbox, pod.address());
    String mechanism = gets.status() == OK ? issued.mechanism(pod).orElse(Step.NONE) : Step.NONE;
    return new Step(mode, gets, mechanism, Step.NONE);
  }

  private boolean isInForce(Step step) {
    boolean kiams = step.gets().fits(pod);
    boolean ours = step.mechanism().equals(mechanism(step.mode()));
    // What was served may be older than what the server did last: the session's name tells.
    boolean byEks = step.gets().text().contains(EKS_SESSION);
    return switch (step.mode()) {
      case KIAM, REHEARSE -> kiams && ours;
      case IRSA -> step.gets().status() == OK && ours && !kiams && !byEks;
      case POD_IDENTITY -> step.gets().status() == OK && ours && byEks;
      case RETIRED -> step.gets().status() == FORBIDDEN;
    };
  }

  /** The operation that gives credentials in a mode. */
  public static String mechanism(Mode mode) {
    return switch (mode) {
      case KIAM, REHEARSE -> "AssumeRole";
      case IRSA -> "AssumeRoleWithWebIdentity";
      case POD_IDENTITY -> "AssumeRoleForPodIdentity";
      case RETIRED -> Step.NONE;
    };
  }

  private String rehearsal(Mode mode) throws IOException {
    return switch (mode) {
      case KIAM, RETIRED -> Step.NONE;
      case REHEARSE -> finding("irsa") + ", " + finding("pod-identity");
      case IRSA, POD_IDENTITY -> finding(mode.label());
    };
  }

  private String finding(String target) throws IOException {
    Commands.Said said = commands.rehearse(Moving.ORDERS, "--target=" + target, "--output=json");
    return target + ": " + JSON.readTree(said.out()).path(0).path("finding").asText(Step.NONE);
  }
}
