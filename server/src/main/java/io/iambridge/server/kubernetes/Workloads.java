package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.iambridge.server.cluster.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds who made a pod, from the pod alone: watching ReplicaSets and Jobs for their owners would
 * cost as much as watching pods.
 */
final class Workloads {
  // pkg/controller/deployment/sync.go: a ReplicaSet is its Deployment's name, a dash and the hash.
  private static final String TEMPLATE_HASH = "pod-template-hash";

  // pkg/controller/cronjob/utils.go, getJobName: the scheduled time in minutes since the epoch.
  private static final Pattern CRON_JOB = Pattern.compile("(.+)-[0-9]{8,10}");

  // The API server checks neither of an owner's; these are what it demands of objects.
  private static final int MOST_OF_KIND = 63;
  private static final int MOST_OF_NAME = 253;

  private Workloads() {}

  static Workload of(ObjectMeta pod) {
    Optional<OwnerReference> controller =
        pod.getOwnerReferences() == null
            ? Optional.empty()
            : pod.getOwnerReferences().stream()
                .filter(owner -> owner != null && Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    if (controller.isEmpty()) {
      return new Workload("Pod", text(pod.getName(), MOST_OF_NAME));
    }
    String kind = text(controller.get().getKind(), MOST_OF_KIND);
    String name = text(controller.get().getName(), MOST_OF_NAME);
    return switch (kind) {
      case "ReplicaSet" -> replicaSet(name, pod.getLabels());
      case "Job" -> job(name);
      default -> new Workload(kind, name);
    };
  }

  private static Workload replicaSet(String name, @Nullable Map<String, String> labels) {
    String hash = labels == null ? null : labels.get(TEMPLATE_HASH);
    return hash != null && !hash.isEmpty() && name.endsWith("-" + hash)
        ? new Workload("Deployment", name.substring(0, name.length() - hash.length() - 1))
        : new Workload("ReplicaSet", name);
  }

  private static Workload job(String name) {
    Matcher scheduled = CRON_JOB.matcher(name);
    return scheduled.matches()
        ? new Workload("CronJob", scheduled.group(1))
        : new Workload("Job", name);
  }

  /** Whoever makes pods writes it as they like, and it ends up in objects that people read. */
  private static String text(@Nullable String text, int most) {
    StringBuilder clean = new StringBuilder();
    for (int i = 0; text != null && i < Math.min(text.length(), most); i++) {
      char c = text.charAt(i);
      clean.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return clean.toString();
  }
}
