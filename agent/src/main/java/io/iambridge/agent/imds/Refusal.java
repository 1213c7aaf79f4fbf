package io.iambridge.agent.imds;

/** Why the agent itself refuses a caller; the server's reasons are in the contract's Reason. */
enum Refusal {
  /** The server has not told of a pod at this address. */
  CALLER_UNKNOWN,
  /** As before, and too many wait already. */
  TOO_MANY_WAITING,
  /** The node saw somebody else at the address since the server told of its pod. */
  CALLER_IN_DOUBT,
  /** Several live pods claim the address. */
  CALLER_AMBIGUOUS,
  /** The caller became another one while it waited. */
  CALLER_CHANGED,
  /** The pod names no role. */
  NO_ROLE,
  /** The pod asks for another role than its own. */
  OTHER_ROLE,
  /** A session token is demanded and there is none. */
  TOKEN_MISSING,
  /** The session token is expired, another pod's, or none of ours. */
  TOKEN_INVALID
}
