package io.iambridge.agent.interception;

/** The two parts of the kernel that iptables rules can be in. Both are in force at one time. */
enum Backend {
  NFT,
  LEGACY
}
