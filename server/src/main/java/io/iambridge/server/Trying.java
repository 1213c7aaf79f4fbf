package io.iambridge.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.lifecycle.CloseOrder;
import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.eksauth.EksAuthConnection;
import io.iambridge.server.iam.RolePolicies;
import io.iambridge.server.kubernetes.IssuerDiscovery;
import io.iambridge.server.kubernetes.KubernetesTokens;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.rehearsal.Attempts;
import io.iambridge.server.rehearsal.Place;
import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Remedies;
import io.iambridge.server.rehearsal.Selection;
import io.iambridge.server.rehearsal.TargetChoice;
import io.iambridge.server.rehearsal.Trial;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.sts.CallerIdentity;
import io.iambridge.server.sts.StsConfig;
import io.iambridge.server.sts.StsConnection;
import io.iambridge.server.targets.Targets;
import io.iambridge.server.targets.TargetsConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/**
 * What rehearsals are made with: connections to AWS of their own, of few calls at one time and
 * without any cache, so that they never stand in the way of what is served.
 */
final class Trying implements AutoCloseable {
  private static final int CONCURRENCY = 4;
  private static final Duration ASK_AGAIN = Duration.ofMinutes(5);

  private final CloseOrder closeOrder = new CloseOrder();
  private final RoleResolver roles;
  private final Selection selection;
  private final Targets issuer;
  private final RolePolicies policies;
  private final Supplier<Place> place;
  private final InstantSource clock;

  Trying(
      KubernetesClient kubernetes,
      Modes modes,
      RoleResolver roles,
      StsConfig sts,
      TargetsConfig targets,
      MigrationConfig config,
      AwsCredentialsProvider credentials,
      AwsRegionProvider regions,
      InstantSource clock) {
    this.clock = clock;
    this.roles = roles;
    this.selection =
        new Selection(
            modes,
            roles,
            new TargetSessions(roles),
            new TargetChoice(config.target(), targets.clusterName().isPresent()));
    StsConnection connection = closeOrder.add(StsConnection.open(fewer(sts), credentials, regions));
    EksAuthConnection eksAuth =
        closeOrder.add(
            EksAuthConnection.open(
                targets,
                StsConnection.region(sts, regions),
                credentials,
                clock,
                ServerMetrics.NOOP));
    this.issuer =
        new Targets(
            new KubernetesTokens(kubernetes),
            connection.webIdentity(clock, ServerMetrics.NOOP),
            eksAuth);
    Supplier<Optional<String>> account = remembered(() -> account(connection), clock);
    this.policies =
        closeOrder.add(
            RolePolicies.open(
                config.iamEndpoint(),
                StsConnection.region(sts, regions),
                credentials,
                asked -> account.get().equals(Optional.of(asked))));
    IssuerDiscovery discovery = new IssuerDiscovery(kubernetes);
    Supplier<Optional<String>> discovered = remembered(discovery::issuer, clock);
    this.place =
        () ->
            new Place(
                config.oidcIssuer().or(discovered),
                targets.clusterName(),
                StsConnection.region(sts, regions).map(Region::id),
                config.serverAccount());
  }

  private static StsConfig fewer(StsConfig sts) {
    return new StsConfig(
        sts.region(),
        sts.endpoint(),
        // A pod's token needs nobody else's credentials.
        Optional.empty(),
        sts.sessionDuration(),
        CONCURRENCY,
        sts.placeTimeout(),
        sts.attemptTimeout(),
        sts.callTimeout());
  }

  private static Optional<String> account(StsConnection connection) {
    try {
      return Optional.of(connection.identity()).map(CallerIdentity::account);
    } catch (StartException e) {
      return Optional.empty();
    }
  }

  /** Asked again only after a while when it is not known, and never when it is. */
  private static Supplier<Optional<String>> remembered(
      Supplier<Optional<String>> source, InstantSource clock) {
    return new Supplier<>() {
      private Optional<String> known = Optional.empty();
      private Instant next = Instant.MIN;

      @Override
      public synchronized Optional<String> get() {
        if (known.isEmpty() && !clock.instant().isBefore(next)) {
          next = clock.instant().plus(ASK_AGAIN);
          known = source.get();
        }
        return known;
      }
    };
  }

  /** What roles are resolved with. */
  RoleResolver roles() {
    return roles;
  }

  /** What is to be tried. */
  Selection selection() {
    return selection;
  }

  /** Makes one; blocks. */
  Rehearsed make(Trial trial) {
    return new Attempts(issuer, policies, new Remedies(place.get()), clock).make(trial);
  }

  @Override
  public void close() {
    closeOrder.close();
  }
}
