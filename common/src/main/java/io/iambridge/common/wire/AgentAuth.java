package io.iambridge.common.wire;

/** How an agent proves its node. Both programs have to be told the same. */
public enum AgentAuth {
  /** By a token of the agent's ServiceAccount that is bound to its pod, and so to its node. */
  TOKEN("token"),
  /** By a client certificate that names the node; see {@link AgentId}. */
  CERTIFICATE("certificate"),
  /** Not at all, as in kiam: any certificate of the authority may name any node. */
  SHARED_CERTIFICATE("shared-certificate");

  private final String text;

  AgentAuth(String text) {
    this.text = text;
  }

  /** As it is written in flags and metrics. */
  public String text() {
    return text;
  }

  /**
   * Reads a flag's value.
   *
   * @throws IllegalArgumentException when it is none of the three; the message names them
   */
  public static AgentAuth parse(String text) {
    for (AgentAuth auth : values()) {
      if (auth.text.equals(text)) {
        return auth;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not token, certificate or shared-certificate");
  }
}
