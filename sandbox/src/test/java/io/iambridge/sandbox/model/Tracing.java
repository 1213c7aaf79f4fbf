package io.iambridge.sandbox.model;

/** Hears what happens, in words. */
@FunctionalInterface
interface Tracing {
  Tracing NONE = (text, values) -> {};

  /** As {@link String#formatted}, which is done only for one who listens. */
  void line(String text, Object... values);
}
