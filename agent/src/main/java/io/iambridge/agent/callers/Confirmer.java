package io.iambridge.agent.callers;

import java.net.InetAddress;
import java.util.function.Consumer;

/** Asks the server whether a pod is still the one behind an address. */
@FunctionalInterface
public interface Confirmer {
  /** There is nobody to ask. */
  Confirmer NOBODY = (_, _, answer) -> answer.accept(new Failed("nobody is asked"));

  /** What the server says. */
  sealed interface Answer {}

  /** Kubernetes says so, and was asked after we asked. */
  record Confirmed() implements Answer {}

  /** It is not, or it cannot be told: news will come. */
  record Refused(String detail) implements Answer {}

  /** There was no answer. */
  record Failed(String detail) implements Answer {}

  /** Asks; the answer comes once, within seconds, on the state thread. Must not block. */
  void confirm(InetAddress address, String podUid, Consumer<Answer> answer);
}
