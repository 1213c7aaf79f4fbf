package io.iambridge.server.cluster;

/**
 * Who made a pod, as people know it: the Deployment rather than its ReplicaSet, the CronJob rather
 * than its Job.
 *
 * @param kind {@code Deployment}, {@code StatefulSet}, {@code CronJob}, …; {@code Pod} for one that
 *     nobody made
 * @param name metadata.name
 */
public record Workload(String kind, String name) {
  @Override
  public String toString() {
    return kind + "/" + name;
  }
}
