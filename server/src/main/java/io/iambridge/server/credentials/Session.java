package io.iambridge.server.credentials;

import io.iambridge.server.roles.RoleArn;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The STS session that a binding maps to. Pods with equal sessions share credentials; anything that
 * makes STS give other credentials, or lets a trust policy decide otherwise, is therefore part of
 * it.
 *
 * @param role the role to assume
 * @param name RoleSessionName
 * @param externalId ExternalId; not a secret to AWS, but masked in logs as kiam does
 * @param tags session tags by key
 * @param mechanism how its credentials are obtained
 */
public record Session(
    RoleArn role,
    String name,
    Optional<String> externalId,
    Map<String, String> tags,
    Mechanism mechanism) {
  private static final int ID_BYTES = 16;

  public Session {
    tags = Map.copyOf(tags);
  }

  /** That the server assumes itself. */
  public Session(RoleArn role, String name, Optional<String> externalId, Map<String, String> tags) {
    this(role, name, externalId, tags, new Mechanism.AssumeRole());
  }

  /** Without external id and tags. */
  public static Session of(RoleArn role, String name) {
    return new Session(role, name, Optional.empty(), Map.of());
  }

  /**
   * The opaque name of this session on the wire: equal for equal sessions, on every replica, and
   * telling nothing of the external id.
   */
  public String id() {
    MessageDigest sha256 = sha256();
    add(sha256, role.toString());
    add(sha256, name);
    add(sha256, externalId.isPresent() ? "1" : "0");
    add(sha256, externalId.orElse(""));
    // Replicas of a release that knew neither tags nor mechanisms agree on what has none.
    if (!tags.isEmpty() || !(mechanism instanceof Mechanism.AssumeRole)) {
      // Else tags could pass for the mechanism, and the other way round.
      add(sha256, String.valueOf(tags.size()));
    }
    new TreeMap<>(tags)
        .forEach((key, value) -> {
          add(sha256, key);
          add(sha256, value);
        });
    add(sha256, mechanism);
    byte[] id = new byte[ID_BYTES];
    System.arraycopy(sha256.digest(), 0, id, 0, ID_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  private static void add(MessageDigest sha256, Mechanism mechanism) {
    switch (mechanism) {
      case Mechanism.AssumeRole() -> {
        // Adds nothing, as said above.
      }
      case Mechanism.WebIdentity(var pod, var audience, var via, var fallback) -> {
        add(sha256, "web-identity");
        add(sha256, pod);
        add(sha256, audience);
        add(sha256, via.map(RoleArn::toString).orElse(""));
        add(sha256, fallback.map(Session::id).orElse(""));
      }
      case Mechanism.PodIdentity(var pod, var fallback) -> {
        add(sha256, "pod-identity");
        add(sha256, pod);
        add(sha256, fallback.map(Session::id).orElse(""));
      }
    }
  }

  private static void add(MessageDigest sha256, PodAccount pod) {
    add(sha256, pod.podUid());
    add(sha256, pod.namespace());
    add(sha256, pod.pod());
    add(sha256, pod.account());
  }

  /** Length first, so that no two different lists of fields give the same bytes. */
  private static void add(MessageDigest digest, String field) {
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.update((byte) (bytes.length >>> shift));
    }
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Role and name; the external id only as present or not. */
  @Override
  public String toString() {
    return role
        + " as "
        + name
        + (externalId.isPresent() ? " with an external id" : "")
        + switch (mechanism) {
          case Mechanism.AssumeRole() -> "";
          case Mechanism.WebIdentity web -> " by web identity of " + web.pod().subject();
          case Mechanism.PodIdentity eks -> " by pod identity of " + eks.pod().subject();
        };
  }
}
