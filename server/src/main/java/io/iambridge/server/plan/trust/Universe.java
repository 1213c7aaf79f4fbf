package io.iambridge.server.plan.trust;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All service accounts that there are, and that there will be when the plan is carried out: what a
 * wildcard could let in by mistake.
 */
public final class Universe {
  private final SortedMap<String, SortedSet<Subject>> byNamespace = new TreeMap<>();

  /** Of these accounts. */
  public Universe(Iterable<Subject> accounts) {
    for (Subject account : accounts) {
      byNamespace.computeIfAbsent(account.namespace(), name -> new TreeSet<>()).add(account);
    }
  }

  /** The accounts of a namespace. */
  SortedSet<Subject> of(String namespace) {
    return byNamespace.getOrDefault(namespace, Collections.emptySortedSet());
  }

  /** The accounts that a value of {@code StringLike} lets in. */
  public List<Subject> matching(String pattern) {
    return byNamespace.values().stream()
        .flatMap(accounts -> accounts.stream())
        .filter(account -> Wildcard.matches(pattern, account.toString()))
        .toList();
  }
}
