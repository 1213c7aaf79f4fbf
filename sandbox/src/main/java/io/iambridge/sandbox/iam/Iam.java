package io.iambridge.sandbox.iam;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * The users, roles and keys of all accounts, in any partition; may change while emulators use it.
 */
public final class Iam {

  private final Ids ids;
  private final AccessKeys keys;
  private final Map<Arn, Principal.User> users = new ConcurrentHashMap<>();
  private final Map<Arn, Role> roles = new ConcurrentHashMap<>();
  private final Map<Arn, List<String>> mayAssume = new ConcurrentHashMap<>();

  /** An IAM without anybody in it. */
  public Iam(InstantSource clock, RandomGenerator random) {
    this.ids = new Ids(random);
    this.keys = new AccessKeys(ids, clock);
  }

  /** Creates a user with an access key of its own, or one more key when the user exists. */
  public AccessKey createAccessKey(String userArn) {
    Arn arn = Arn.parse(userArn);
    return keys.create(
        users.computeIfAbsent(arn, absent -> new Principal.User(absent, ids.userId())));
  }

  /** Creates a role, or replaces its trust policy and maximum session when it exists. */
  public Role putRole(String roleArn, TrustPolicy trust, Duration maxSession) {
    return roles.compute(
        Arn.parse(roleArn),
        (arn, before) ->
            new Role(arn, before == null ? ids.roleId() : before.roleId(), trust, maxSession));
  }

  /** As the other, with sessions of at most one hour. */
  public Role putRole(String roleArn, TrustPolicy trust) {
    return putRole(roleArn, trust, Role.DEFAULT_MAX_SESSION);
  }

  /** Removes a role; its running sessions live on until they expire. */
  public void deleteRole(String roleArn) {
    roles.remove(Arn.parse(roleArn));
  }

  /**
   * Gives a user or role an identity-based policy that allows sts:AssumeRole on these role ARNs
   * ({@code *} and {@code ?} are wildcards); replaces what it had.
   */
  public void permitAssumeRole(String principalArn, String... roleArnPatterns) {
    mayAssume.put(Arn.parse(principalArn), List.of(roleArnPatterns));
  }

  /** The role of this ARN; the path counts. */
  public Optional<Role> role(Arn arn) {
    return Optional.ofNullable(roles.get(arn));
  }

  /** The key of this id, expired ones included for some hours. */
  public Optional<AccessKey> accessKey(String id) {
    return keys.find(id);
  }

  /** All keys there are, for tests that look for their secrets where they must not be. */
  public List<AccessKey> accessKeys() {
    return keys.all();
  }

  /** Issues temporary credentials for a session, without asking whether anybody may have them. */
  public AccessKey issue(Principal.AssumedRole session, Instant expiration) {
    return keys.issue(session, expiration);
  }

  /**
   * Whether a principal may assume a role.
   *
   * <p>The trust policy must allow it. That suffices when it names the principal itself and both
   * are in one account; otherwise the principal also needs an identity-based permission (AWS STS
   * API reference, AssumeRole, "Permissions").
   *
   * @param context condition keys of the request, e.g. {@code sts:ExternalId}
   */
  public boolean mayAssume(Principal caller, Role role, Map<String, String> context) {
    return switch (role.trust().names("sts:AssumeRole", caller, context)) {
      case NOT -> false;
      case BY_ACCOUNT -> isPermitted(caller, role);
      case DIRECTLY -> caller.account().equals(role.arn().account()) || isPermitted(caller, role);
    };
  }

  /**
   * Whether a role's trust policy lets a service of AWS assume it and tag the session, as EKS Pod
   * Identity does (EKS User Guide, "Create IAM role with trust policy required by EKS Pod
   * Identity").
   */
  public boolean trusts(Role role, String service) {
    return role.trust().allowsService("sts:AssumeRole", service)
        && role.trust().allowsService("sts:TagSession", service);
  }

  private boolean isPermitted(Principal caller, Role role) {
    String target = role.arn().toString();
    return mayAssume.getOrDefault(caller.identity(), List.of()).stream()
        .anyMatch(pattern -> Condition.glob(pattern).matcher(target).matches());
  }
}
