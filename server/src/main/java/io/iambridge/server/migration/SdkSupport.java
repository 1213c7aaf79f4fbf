package io.iambridge.server.migration;

import io.iambridge.server.rehearsal.Target;

/** Tells whether an SDK can use a target mechanism by itself. */
@FunctionalInterface
public interface SdkSupport {
  /** Of a program that knows no SDK. */
  String UNKNOWN = "unknown";

  /**
   * Says {@code yes}, {@code no} or {@link #UNKNOWN}.
   *
   * @param product the User-Agent's product, as evidence has it
   * @param version the User-Agent's version
   */
  String of(String product, String version, Target target);
}
