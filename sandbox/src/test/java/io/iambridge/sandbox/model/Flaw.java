package io.iambridge.sandbox.model;

/** A mistake planted on purpose, to see that it is found. */
enum Flaw {
  NONE,
  /** The news that nobody is at an address any more do not reach the agent. */
  AGENT_NEVER_FORGETS,
  /** The server does not take notice of pods that are gone. */
  SERVER_NEVER_FORGETS,
  /** The server does not take notice of what namespaces' labels say. */
  SERVER_NEVER_SWITCHES
}
