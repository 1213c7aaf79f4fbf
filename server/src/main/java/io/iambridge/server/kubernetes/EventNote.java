package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.iambridge.server.cluster.Pod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * One thing to tell one object's owner.
 *
 * @param about the object
 * @param reason the kind of trouble
 * @param message what is wrong and what to change, in one line
 */
record EventNote(ObjectReference about, EventReason reason, String message) {
  // Kubernetes' limit for an Event's message, and for any name.
  private static final int MAX_MESSAGE = 1024;
  private static final int MAX_NAME = 253;
  private static final int HASH_BYTES = 8;

  EventNote {
    message = message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE);
  }

  static EventNote onPod(Pod pod, EventReason reason, String message) {
    return new EventNote(reference("Pod", pod.namespace(), pod.name(), pod.uid()), reason, message);
  }

  /** On a pod of which only the name is known; its uid is looked up before the Event is written. */
  static EventNote onPodNamed(String namespace, String name, EventReason reason, String message) {
    return new EventNote(reference("Pod", namespace, name, /* uid= */ ""), reason, message);
  }

  /** Whether kubectl describe would not show it, which asks by uid. */
  boolean lacksUid() {
    return about.getKind().equals("Pod") && about.getUid().isEmpty();
  }

  EventNote withUid(String uid) {
    return new EventNote(
        reference(about.getKind(), about.getNamespace(), about.getName(), uid), reason, message);
  }

  /**
   * Namespaces have no namespace, and their Events would go to "default", where their owners may
   * not look. Naming the namespace itself is legal, and puts the Event before them. Its uid is not
   * needed for that.
   */
  static EventNote onNamespace(String namespace, EventReason reason, String message) {
    return new EventNote(reference("Namespace", namespace, namespace, ""), reason, message);
  }

  private static ObjectReference reference(String kind, String namespace, String name, String uid) {
    return new ObjectReferenceBuilder()
        .withApiVersion("v1")
        .withKind(kind)
        .withNamespace(namespace)
        .withName(name)
        .withUid(uid)
        .build();
  }

  /** The Event's name: the same for the same note, on every replica and after a restart. */
  String name() {
    MessageDigest sha256 = sha256();
    for (String field : List.of(about.getKind(), about.getUid(), reason.word(), message)) {
      sha256.update(field.getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
    }
    String hash = HexFormat.of().formatHex(sha256.digest(), 0, HASH_BYTES);
    int room = MAX_NAME - hash.length() - 1;
    String object = about.getName();
    return (object.length() <= room ? object : object.substring(0, room)) + "." + hash;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
