package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Gives new objects what the API server and its admission plugins give them. */
final class NewObjects {

  /** What generated names end with: no vowels, as in Kubernetes. */
  private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

  private static final int SUFFIX_LENGTH = 5;

  private final InstantSource clock;
  private final RandomGenerator random;

  NewObjects(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** Completes an object; changes the one given. */
  void complete(ResourceType type, String namespace, ObjectNode object) {
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode metadata = object.withObject("/metadata");
    if (metadata.path("name").asText().isEmpty()) {
      metadata.put("name", metadata.path("generateName").asText() + suffix());
    }
    if (type.namespaced()) {
      metadata.put("namespace", namespace);
    }
    metadata.put("uid", new UUID(random.nextLong(), random.nextLong()).toString());
    metadata.put("creationTimestamp", now());
    metadata.remove("deletionTimestamp");
    if (type.ownStatus()) {
      object.remove("status");
    }
    if (type.equals(ResourceType.PODS)) {
      completePod(object);
    } else if (type.equals(ResourceType.NAMESPACES)) {
      metadata
          .withObject("/labels")
          .put("kubernetes.io/metadata.name", metadata.path("name").asText());
      object.withObject("/status").put("phase", "Active");
    }
  }

  String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** The service account that each namespace has from the start. */
  static ObjectNode defaultServiceAccount(ObjectNode namespace) {
    ObjectNode account = namespace.objectNode();
    account.putObject("metadata").put("name", "default");
    return account;
  }

  private static void completePod(ObjectNode pod) {
    ObjectNode spec = pod.withObject("/spec");
    if (spec.path("serviceAccountName").asText().isEmpty()) {
      spec.put("serviceAccountName", "default");
    }
    ObjectNode status = pod.withObject("/status");
    if (status.path("phase").asText().isEmpty()) {
      status.put("phase", "Pending");
    }
  }

  private String suffix() {
    StringBuilder suffix = new StringBuilder();
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      suffix.append(SUFFIX_LETTERS.charAt(random.nextInt(SUFFIX_LETTERS.length())));
    }
    return suffix.toString();
  }
}
