package io.iambridge.sandbox.iam;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long trust policies may be, by account. */
final class TrustQuotas {
  /** "Role trust policy length", default quota (IAM User Guide, "IAM and AWS STS quotas"). */
  private static final int DEFAULT = 2048;

  private final Map<String, Integer> byAccount = new ConcurrentHashMap<>();

  void put(String account, int characters) {
    byAccount.put(account, characters);
  }

  /** IAM does not count white space. */
  void check(String account, TrustPolicy policy) {
    int quota = byAccount.getOrDefault(account, DEFAULT);
    if (policy.json().chars().filter(c -> !Character.isWhitespace(c)).count() > quota) {
      throw new PolicyTooLongException(quota);
    }
  }
}
