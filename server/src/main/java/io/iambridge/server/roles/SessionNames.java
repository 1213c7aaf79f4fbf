package io.iambridge.server.roles;

import java.util.regex.Pattern;

/**
 * Makes RoleSessionNames exactly as kiam does, because trust policies ({@code sts:RoleSessionName})
 * and CloudTrail queries of clusters that move over depend on them.
 */
public final class SessionNames {
  private static final String PREFIX = "kiam-";
  private static final Pattern ILLEGAL = Pattern.compile("[^A-Za-z0-9_+=,.@-]");
  // STS takes 64 (API reference, AssumeRole); kiam cuts what is longer to 63.
  private static final int MAX = 64;
  private static final int CUT = 63;

  private final String fallback;

  /**
   * @param fallback for pods that name no session: kiam's {@code --session}
   */
  public SessionNames(String fallback) {
    this.fallback = fallback;
  }

  /** The legal RoleSessionName for what a pod's annotation says; empty means it says nothing. */
  public String of(String annotation) {
    String wanted = PREFIX + (annotation.isEmpty() ? fallback : annotation);
    String legal = ILLEGAL.matcher(wanted).replaceAll("-");
    return legal.length() > MAX ? legal.substring(0, CUT) : legal;
  }
}
