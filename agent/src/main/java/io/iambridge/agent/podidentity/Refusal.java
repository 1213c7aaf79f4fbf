package io.iambridge.agent.podidentity;

/** Why the agent itself refuses a request; the server's reasons are in the contract's Reason. */
enum Refusal {
  /** The request was made for another host than 169.254.170.23 or [fd00:ec2::23]. */
  OTHER_HOST,
  /** There is no token. */
  TOKEN_MISSING,
  /** What stands for the token is none. */
  TOKEN_MALFORMED,
  /** Too many tokens from this address, or of this node, are being reviewed. */
  TOO_MANY_REVIEWS,
  /** The server has not told of a pod at this address, and the token is no hostNetwork pod's. */
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
  /** The EKS Pod Identity agent did not answer. */
  EKS_AGENT_UNAVAILABLE,
  /** Too many requests are with the EKS Pod Identity agent. */
  TOO_MANY_FORWARDED
}
