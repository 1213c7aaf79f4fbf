package io.iambridge.server;

import io.iambridge.server.rehearsal.RehearsalSettings;
import io.iambridge.server.rehearsal.Target;
import java.net.URI;
import java.util.Optional;

/**
 * How the state of the migration is found out and written.
 *
 * @param target the mechanism to try where a namespace does not say; empty to decide by what is
 *     there
 * @param rehearsal how often
 * @param oidcIssuer of the cluster's tokens, for remedies; empty to ask the API server
 * @param iamEndpoint instead of AWS's own
 * @param leaseNamespace where the Lease is; empty for our own namespace
 * @param identity by which the other replicas know this one, but for something random; empty for
 *     the host's name
 * @param serverAccount the server's own service account, {@code NAMESPACE/NAME}, for remedies
 */
public record MigrationConfig(
    Optional<Target> target,
    RehearsalSettings rehearsal,
    Optional<String> oidcIssuer,
    Optional<URI> iamEndpoint,
    Optional<String> leaseNamespace,
    Optional<String> identity,
    String serverAccount) {
  /** What no flag changes. */
  public static final MigrationConfig DEFAULT =
      new MigrationConfig(
          Optional.empty(),
          RehearsalSettings.DEFAULT,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          "kube-system/iambridge-server");
}
