package io.iambridge.server.iam;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.iambridge.server.rehearsal.TrustPolicies;
import io.iambridge.server.roles.RoleArn;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

/**
 * {@link TrustPolicies} by iam:GetRole, where the server may call it: of roles of its own account.
 * What was seen, and that nothing may be seen, is remembered for a while.
 */
public final class RolePolicies implements TrustPolicies, Closeable {
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(RolePolicies.class);
  private static final int FORBIDDEN = 403;

  private final IamConnection connection;
  private final Predicate<String> own;
  private final Cache<RoleArn, Look> looks =
      Caffeine.newBuilder()
          .maximumSize(1_000)
          .expireAfterWrite(Duration.ofSeconds(30))
          .executor(Runnable::run)
          .build();
  private final Cache<String, Look> hidden =
      Caffeine.newBuilder()
          .maximumSize(1)
          .expireAfterWrite(Duration.ofMinutes(10))
          .executor(Runnable::run)
          .build();

  private RolePolicies(IamConnection connection, Predicate<String> own) {
    this.connection = connection;
    this.own = own;
  }

  /**
   * Prepares a client; nothing is sent yet.
   *
   * @param region tells which partition's IAM is asked; empty for the global one
   * @param credentials our own
   * @param own whether an account is ours; GetRole knows no other
   */
  public static RolePolicies open(
      Optional<URI> endpoint,
      Optional<Region> region,
      AwsCredentialsProvider credentials,
      Predicate<String> own) {
    return new RolePolicies(
        IamConnection.open(region, endpoint, credentials, ATTEMPT_TIMEOUT, CALL_TIMEOUT), own);
  }

  @Override
  public Look of(RoleArn role) {
    Look nothing = hidden.getIfPresent("");
    if (nothing != null) {
      return nothing;
    }
    if (!own.test(role.account())) {
      return new Look.Hidden("the role is in another account");
    }
    return looks.get(role, this::look);
  }

  private Look look(RoleArn role) {
    try {
      var found = connection.client().getRole(request -> request.roleName(role.name())).role();
      return found.arn().equals(role.toString())
          ? new Look.Seen(IamConnection.decoded(found.assumeRolePolicyDocument()))
          : new Look.NoRole();
    } catch (NoSuchEntityException e) {
      return new Look.NoRole();
    } catch (IamException e) {
      Look look = new Look.Hidden("iam:GetRole: HTTP " + e.statusCode());
      LOG.atInfo()
          .addKeyValue("status", e.statusCode())
          .log("A trust policy cannot be seen; iam:GetRole would tell why STS denies");
      if (e.statusCode() == FORBIDDEN) {
        hidden.put("", look);
      }
      return look;
    } catch (SdkException | IllegalArgumentException e) {
      LOG.atInfo().addKeyValue("why", e.toString()).log("A trust policy cannot be seen");
      return new Look.Hidden("IAM does not answer");
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
