package io.iambridge.sandbox.kubernetes;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who may have TokenRequests, and what goes wrong with them; may change at any time. At first
 * everybody may, everywhere.
 */
public final class TokenPermissions {
  /** The embedded API does not ask who asks; a real one names the server here. */
  private static final String USER = "system:serviceaccount:kube-system:iambridge-server";

  private final Set<String> denied = ConcurrentHashMap.newKeySet();
  private volatile Optional<Set<String>> permitted = Optional.empty();
  private final AtomicInteger throttled = new AtomicInteger();
  private final AtomicInteger failing = new AtomicInteger();

  TokenPermissions() {}

  /** Forbids {@code create serviceaccounts/token} in namespaces, besides those forbidden before. */
  public void denyIn(String... namespaces) {
    denied.addAll(Set.of(namespaces));
  }

  /** Forbids it everywhere but in these namespaces. */
  public synchronized void permitOnlyIn(Set<String> namespaces) {
    permitted = Optional.of(Set.copyOf(namespaces));
  }

  /** Allows it in a namespace, whatever was forbidden before. */
  public synchronized void permitIn(String namespace) {
    permitted =
        permitted.map(before -> {
          Set<String> more = new HashSet<>(before);
          more.add(namespace);
          return Set.copyOf(more);
        });
    denied.remove(namespace);
  }

  /** Takes back all that was forbidden. */
  public synchronized void permitEverywhere() {
    permitted = Optional.empty();
    denied.clear();
  }

  /** Answers the next requests with 429. */
  public void throttleNext(int requests) {
    throttled.set(requests);
  }

  /** Answers the next requests with 500. */
  public void failNext(int requests) {
    failing.set(requests);
  }

  void check(String namespace, String account) throws ApiException {
    if (takes(failing)) {
      throw new ApiException(500, "InternalError", "Internal error occurred: on purpose");
    }
    if (takes(throttled)) {
      throw new ApiException(429, "TooManyRequests", "Too many requests, please try again later.");
    }
    boolean may = permitted.map(namespaces -> namespaces.contains(namespace)).orElse(true);
    if (!may || denied.contains(namespace)) {
      throw new ApiException(
          403,
          "Forbidden",
          "serviceaccounts \"%s\" is forbidden: User \"%s\" cannot create resource \"serviceaccounts/token\" in API group \"\" in the namespace \"%s\""
              .formatted(account, USER, namespace));
    }
  }

  private static boolean takes(AtomicInteger left) {
    return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
  }
}
