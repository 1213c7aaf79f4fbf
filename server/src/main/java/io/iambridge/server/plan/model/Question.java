package io.iambridge.server.plan.model;

import java.util.Locale;

/**
 * Something that cannot be seen from outside, and that a person has to answer.
 *
 * @param topic for programs
 * @param about the workload, role or account
 * @param text the question, with what depends on it
 */
public record Question(Topic topic, String about, String text) {

  /** The closed list of what is asked. */
  public enum Topic {
    AUDIENCE,
    JAVA_STS_MODULE,
    SDK_UNKNOWN,
    DEFAULT_ROLE,
    KNOWN_BY_NAME,
    WHOLE_ACCOUNT_TRUSTED,
    SERVER_NOT_TRUSTED,
    WILDCARD_TOO_WIDE,
    NEVER_CALLED;

    /** As JSON has it: {@code java-sts-module}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
