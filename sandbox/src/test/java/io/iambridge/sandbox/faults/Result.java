package io.iambridge.sandbox.faults;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What came of a fault.
 *
 * @param lasted from when something was wrong until nothing was
 * @param cached the answers that callers got which had been served before
 * @param told what newcomers were told instead of credentials, and how often
 * @param newcomers how many there were
 * @param servedDuring how many of them were served while it lasted
 * @param servedAfter how long after the end the last of them was served; empty when one never was
 * @param during what STS was asked while it lasted
 * @param after what STS was asked when it was over
 * @param watched for how long after the end
 * @param sessions of the callers that had been served before
 */
record Result(
    Fault fault,
    Duration lasted,
    Tally cached,
    Map<String, Integer> told,
    int newcomers,
    int servedDuring,
    Optional<Duration> servedAfter,
    StsLoad during,
    StsLoad after,
    Duration watched,
    int sessions) {
  Result {
    told = Map.copyOf(told);
  }
}
