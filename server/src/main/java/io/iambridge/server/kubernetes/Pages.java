package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Lists objects in pages, so that the API server never has to put a whole cluster in one answer.
 */
final class Pages {
  private static final long SIZE = 500;

  private Pages() {}

  static <T extends HasMetadata> List<T> all(
      Function<ListOptions, ? extends KubernetesResourceList<T>> list) {
    List<T> all = new ArrayList<>();
    String from = "";
    do {
      ListOptionsBuilder options = new ListOptionsBuilder().withLimit(SIZE);
      if (!from.isEmpty()) {
        options.withContinue(from);
      }
      KubernetesResourceList<T> page = list.apply(options.build());
      all.addAll(page.getItems());
      String next = page.getMetadata() == null ? null : page.getMetadata().getContinue();
      from = next == null ? "" : next;
    } while (!from.isEmpty());
    return all;
  }
}
