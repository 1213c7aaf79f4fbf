package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.BindingFacts;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to be done with a service account.
 *
 * @param name of it
 * @param create whether it is new
 * @param like the account that its workloads had before, whose permissions it gets; empty for none
 * @param annotations to set
 * @param before what those annotations were; a missing one was missing
 * @param imagePullSecrets of a new one
 * @param automount of a new one
 * @param bindings of the former account, to be made for a new one too
 */
public record AccountWork(
    String name,
    boolean create,
    String like,
    SortedMap<String, String> annotations,
    SortedMap<String, String> before,
    List<String> imagePullSecrets,
    Optional<Boolean> automount,
    List<BindingFacts> bindings) {
  public AccountWork {
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    before = Collections.unmodifiableSortedMap(new TreeMap<>(before));
    imagePullSecrets = List.copyOf(imagePullSecrets);
    bindings = List.copyOf(bindings);
  }

  static AccountWork annotate(
      String name, Map<String, String> annotations, Map<String, String> before) {
    return new AccountWork(
        name,
        /* create= */ false,
        /* like= */ "",
        new TreeMap<>(annotations),
        new TreeMap<>(before),
        List.of(),
        Optional.empty(),
        List.of());
  }

  /** The name of the binding that a new account gets in place of a former one's. */
  public String bindingName(BindingFacts binding, String namespace) {
    String owner = binding.namespace().equals(namespace) ? name : namespace + "-" + name;
    return Names.fitting(binding.name() + "-" + owner, Names.MAX_OBJECT);
  }
}
