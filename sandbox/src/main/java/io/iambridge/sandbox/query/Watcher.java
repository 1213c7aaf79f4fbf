package io.iambridge.sandbox.query;

/** Sees what is asked and refused, for tests that count it. */
public interface Watcher {
  /** A connection has a request. */
  void enter();

  /** It is read. */
  void begin(Parameters parameters);

  /** It is answered with an error. */
  void error(String code);

  /** It is answered. */
  void leave();
}
