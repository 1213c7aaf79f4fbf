package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node's role in IAM, and its credentials as EC2 issues them: STS names their owner {@code
 * assumed-role/NAME/INSTANCE-ID}.
 */
public final class NodeRole implements Supplier<AccessKey> {

  private static final String EC2_TRUST =
      """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
       "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
      """;

  private static final Duration LIFE = Duration.ofHours(6);

  /** New ones are there at least five minutes before the old ones expire (EC2 user guide). */
  private static final Duration RENEWED_BEFORE = Duration.ofMinutes(30);

  private final Iam iam;
  private final Principal.AssumedRole session;
  private final InstantSource clock;
  private @Nullable AccessKey current;
  private Instant renewal = Instant.MIN;

  private NodeRole(Iam iam, Principal.AssumedRole session, InstantSource clock) {
    this.iam = iam;
    this.session = session;
    this.clock = clock;
  }

  /** Creates the role of the instance. */
  public static NodeRole create(Iam iam, ImdsSettings instance, InstantSource clock) {
    Role role = iam.putRole(instance.roleArn(), TrustPolicy.parse(EC2_TRUST));
    return new NodeRole(iam, new Principal.AssumedRole(role, instance.instanceId()), clock);
  }

  /** The ARN that GetCallerIdentity answers to the node. */
  public String sessionArn() {
    return session.arn().toString();
  }

  /** The credentials that the instance has now. */
  @Override
  public synchronized AccessKey get() {
    Instant now = clock.instant();
    AccessKey key = current;
    if (key == null || !now.isBefore(renewal)) {
      Instant expiration = now.plus(LIFE).truncatedTo(ChronoUnit.SECONDS);
      key = iam.issue(session, expiration);
      current = key;
      renewal = expiration.minus(RENEWED_BEFORE);
    }
    return key;
  }
}
