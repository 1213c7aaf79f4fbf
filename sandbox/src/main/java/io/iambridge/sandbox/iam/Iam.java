package io.iambridge.sandbox.iam;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * The users, roles, keys and OpenID Connect providers of all accounts, in any partition; may change
 * while emulators use it.
 */
public final class Iam {

  private static final String ASSUME_ROLE = "sts:AssumeRole";
  private static final String TAG_SESSION = "sts:TagSession";

  private final Ids ids;
  private final AccessKeys keys;
  private final Map<Arn, Principal.User> users = new ConcurrentHashMap<>();
  private final Map<Arn, Role> roles = new ConcurrentHashMap<>();
  private final Permissions permissions = new Permissions();
  private final TrustQuotas quotas = new TrustQuotas();
  private final OidcProviders providers;
  private final InstantSource clock;

  /** An IAM without anybody in it. */
  public Iam(InstantSource clock, RandomGenerator random) {
    this.ids = new Ids(random);
    this.keys = new AccessKeys(ids, clock);
    this.providers = new OidcProviders(clock);
    this.clock = clock;
  }

  /** Creates a user with an access key of its own, or one more key when the user exists. */
  public AccessKey createAccessKey(String userArn) {
    Arn arn = Arn.parse(userArn);
    return keys.create(
        users.computeIfAbsent(arn, absent -> new Principal.User(absent, ids.userId())));
  }

  /**
   * Creates a role, or replaces its trust policy and maximum session when it exists.
   *
   * @throws PolicyTooLongException when the trust policy is longer than the account's quota
   */
  public Role putRole(String roleArn, TrustPolicy trust, Duration maxSession) {
    Arn parsed = Arn.parse(roleArn);
    quotas.check(parsed.account(), trust);
    return roles.compute(
        parsed,
        (arn, before) ->
            before == null
                ? new Role(
                    arn,
                    ids.roleId(),
                    trust,
                    maxSession,
                    clock.instant().truncatedTo(ChronoUnit.SECONDS))
                : new Role(arn, before.roleId(), trust, maxSession, before.created()));
  }

  /**
   * Lets trust policies of an account be so long, in characters without white space; 2048 if
   * nothing is said. What is there already stays.
   */
  public void limitTrustPolicies(String account, int characters) {
    quotas.put(account, characters);
  }

  /** Lets an account rely on an issuer: tokens of it for these audiences. */
  public OidcProvider putOidcProvider(String account, String url, String... clientIds) {
    return providers.put(account, url, List.of(clientIds), List.of());
  }

  /** Lets an account rely on an issuer no more. */
  public void removeOidcProvider(String account, String url) {
    providers.remove(account, url);
  }

  /** The issuers that accounts rely on. */
  public OidcProviders oidcProviders() {
    return providers;
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
   * Gives a user or role an identity-based policy that allows sts:AssumeRole and sts:TagSession on
   * these role ARNs ({@code *} and {@code ?} are wildcards); replaces what it had.
   */
  public void permitAssumeRole(String principalArn, String... roleArnPatterns) {
    permit(principalArn, ASSUME_ROLE, roleArnPatterns);
    permit(principalArn, TAG_SESSION, roleArnPatterns);
  }

  /**
   * The same for any action, e.g. {@code iam:GetRole}; without patterns it takes back what the
   * principal had for that action.
   */
  public void permit(String principalArn, String action, String... resourcePatterns) {
    permissions.put(principalArn, action, resourcePatterns);
  }

  /** Whether a user's or role's identity-based policies allow an action. */
  public boolean isPermitted(Principal principal, String action, String resource) {
    return permissions.allow(principal, action, resource);
  }

  /** The role of this ARN; the path counts. */
  public Optional<Role> role(Arn arn) {
    return Optional.ofNullable(roles.get(arn));
  }

  /** The role of this name; in one account there is no other of the same name. */
  public Optional<Role> role(String account, String name) {
    return roles.values().stream()
        .filter(role -> role.arn().account().equals(account) && role.arn().name().equals(name))
        .findFirst();
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
    return may(caller, ASSUME_ROLE, role, context);
  }

  /** Whether a principal may give sessions of a role tags: by the same rules. */
  public boolean mayTagSession(Principal caller, Role role, Map<String, String> context) {
    return may(caller, TAG_SESSION, role, context);
  }

  private boolean may(Principal caller, String action, Role role, Map<String, String> context) {
    boolean permitted = permissions.allow(caller, action, role.arn().toString());
    return switch (role.trust().names(action, caller, context)) {
      case NOT -> false;
      case BY_ACCOUNT -> permitted;
      case DIRECTLY -> caller.account().equals(role.arn().account()) || permitted;
    };
  }

  /**
   * Whether a role's trust policy lets whom an issuer has proved assume it (IAM User Guide, "Create
   * a role for OpenID Connect federation").
   *
   * @param context condition keys of the request, e.g. the provider's {@code :sub}
   */
  public boolean mayAssumeWithWebIdentity(
      Role role, OidcProvider provider, Map<String, String> context) {
    return role.trust()
        .allows(
            new TrustedPrincipal.NotAws("Federated", provider.arn().toString()),
            "sts:AssumeRoleWithWebIdentity",
            context);
  }

  /**
   * Whether a role's trust policy lets a service of AWS assume it and tag the session, as EKS Pod
   * Identity does (EKS User Guide, "Create IAM role with trust policy required by EKS Pod
   * Identity").
   *
   * @param context condition keys of the request, e.g. {@code aws:SourceArn}
   */
  public boolean trusts(Role role, String service, Map<String, String> context) {
    TrustedPrincipal.NotAws principal = new TrustedPrincipal.NotAws("Service", service);
    return role.trust().allows(principal, ASSUME_ROLE, context)
        && role.trust().allows(principal, TAG_SESSION, context);
  }
}
