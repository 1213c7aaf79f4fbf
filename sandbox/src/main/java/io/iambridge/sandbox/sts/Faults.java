package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.service.ServiceFaults;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong with STS on purpose. */
public final class Faults extends ServiceFaults {
  private final Set<Arn> deniedRoles = ConcurrentHashMap.newKeySet();
  private Duration longestSession = Duration.ofDays(1);

  Faults(InstantSource clock) {
    super(clock);
  }

  /** Sessions of this role are answered with AccessDenied, whatever its trust policy says. */
  public void denyRole(String roleArn) {
    deniedRoles.add(Arn.parse(roleArn));
  }

  /**
   * Sessions live no longer than this, whatever is asked for: a real STS gives 15 minutes at least,
   * which is long to wait for a renewal. No fault, so {@link #clear} leaves it.
   */
  public synchronized void limitSessions(Duration longest) {
    longestSession = longest;
  }

  synchronized Duration limited(Duration session) {
    return session.compareTo(longestSession) < 0 ? session : longestSession;
  }

  @Override
  public synchronized void clear() {
    super.clear();
    deniedRoles.clear();
  }

  boolean isDenied(Arn role) {
    return deniedRoles.contains(role);
  }
}
