package io.iambridge.sandbox.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object of the Kubernetes API: every state it ever had, how far each server has been told of
 * them, and how far each agent has. Null is the state of not being there.
 */
abstract class Versioned<V> {
  private final List<@Nullable V> versions = new ArrayList<>();
  private final int[] told;
  private final int[] heard;

  Versioned(int servers, int agents) {
    told = new int[servers];
    heard = new int[agents];
    Arrays.fill(told, -1);
    Arrays.fill(heard, -1);
  }

  void change(@Nullable V version) {
    versions.add(version);
  }

  int last() {
    return versions.size() - 1;
  }

  @Nullable V at(int version) {
    return version < 0 ? null : versions.get(version);
  }

  @Nullable V now() {
    return at(last());
  }

  /** The last version that the server was told of. */
  int told(int server) {
    return told[server];
  }

  void told(int server, int version) {
    told[server] = version;
  }

  /** The version that the agent may be answering by; none before it. */
  int heard(int agent) {
    return heard[agent];
  }

  void heard(int agent, int version) {
    heard[agent] = version;
  }

  /** Whether nobody can act by an earlier version any more. */
  boolean everybodyKnows() {
    return Arrays.stream(told).allMatch(version -> version == last())
        && Arrays.stream(heard).allMatch(version -> version == last());
  }
}
