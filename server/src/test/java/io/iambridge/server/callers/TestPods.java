package io.iambridge.server.callers;

import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes pods for tests; what is not said is a running pod of namespace demo on node-1. */
public final class TestPods {
  private final String name;
  private String uid;
  private String namespace = "demo";
  private String node = "node-1";
  private Set<InetAddress> addresses = Set.of();
  private boolean hostNetwork;
  private boolean ended;
  private boolean deleting;
  private Optional<Instant> started = Optional.of(Instant.parse("2026-11-22T06:00:00Z"));
  private Map<String, String> annotations = Map.of();
  private Map<String, String> labels = Map.of();
  private String serviceAccount = "default";

  private TestPods(String name) {
    this.name = name;
    this.uid = "uid-" + name;
  }

  /** A pod of this name, with a UID made from it. */
  public static TestPods pod(String name) {
    return new TestPods(name);
  }

  /** metadata.uid. */
  public TestPods uid(String value) {
    uid = value;
    return this;
  }

  /** metadata.namespace. */
  public TestPods namespace(String value) {
    namespace = value;
    return this;
  }

  /** spec.nodeName. */
  public TestPods node(String value) {
    node = value;
    return this;
  }

  /** status.podIPs. */
  public TestPods at(String... ips) {
    addresses = Stream.of(ips).map(InetAddress::ofLiteral).collect(Collectors.toSet());
    return this;
  }

  /** spec.hostNetwork. */
  public TestPods hostNetwork() {
    hostNetwork = true;
    return this;
  }

  /** Phase Succeeded or Failed. */
  public TestPods ended() {
    ended = true;
    return this;
  }

  /** With a deletionTimestamp. */
  public TestPods deleting() {
    deleting = true;
    return this;
  }

  /** status.startTime. */
  public TestPods started(String instant) {
    started = Optional.of(Instant.parse(instant));
    return this;
  }

  /** Without status.startTime. */
  public TestPods notStarted() {
    started = Optional.empty();
    return this;
  }

  /** metadata.annotations. */
  public TestPods annotations(Map<String, String> values) {
    annotations = values;
    return this;
  }

  /** metadata.labels. */
  public TestPods labels(Map<String, String> values) {
    labels = values;
    return this;
  }

  /** spec.serviceAccountName. */
  public TestPods serviceAccount(String value) {
    serviceAccount = value;
    return this;
  }

  /** The iam.amazonaws.com/role annotation. */
  public TestPods role(String value) {
    return annotations(Map.of("iam.amazonaws.com/role", value));
  }

  /** The pod. */
  public Pod build() {
    return new Pod(
        uid,
        namespace,
        name,
        node,
        serviceAccount,
        addresses,
        hostNetwork,
        ended,
        deleting,
        started,
        annotations,
        labels,
        Origin.ofBarePod("bare"));
  }
}
