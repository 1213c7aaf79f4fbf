package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.Watcher;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was asked. */
final class Requests implements Watcher {
  private final Map<String, LongAdder> received = new ConcurrentHashMap<>();

  long received(String action) {
    LongAdder count = received.get(action);
    return count == null ? 0 : count.sum();
  }

  @Override
  public void enter() {}

  @Override
  public void begin(Parameters parameters) {
    String action = parameters.get("Action").orElse("");
    received.computeIfAbsent(action, _ -> new LongAdder()).increment();
  }

  @Override
  public void error(String code) {}

  @Override
  public void leave() {}
}
