package io.iambridge.server;

import io.iambridge.common.cli.HostPort;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.server.audit.AuditTarget;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.grpc.GrpcConfig;
import io.iambridge.server.kiamapi.KiamApiConfig;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.sts.StsConfig;
import io.iambridge.server.targets.TargetsConfig;
import java.util.Optional;

/**
 * Everything that can be set of a server. Made from the command line by {@link ServerCommand}, or
 * by a test.
 *
 * @param grpc where and how agents are listened to
 * @param tls our certificate, and whose certificates agents have, if they have to have any
 * @param agents how agents prove their nodes
 * @param adminAddress where health and metrics are served
 * @param kubeconfig a file, or empty for the service account of the pod we run in
 * @param roleBaseArn what bare role names are put behind; empty to ask STS for our account
 * @param session the session name of pods that name none
 * @param strictNamespaceRegexp whether a namespace's expression has to match the whole ARN
 * @param allowedRolesFormat how kube2iam's allowed-roles are written
 * @param defaultMode the mode of namespaces without the label {@code iambridge.io/mode}
 * @param sts how STS is asked
 * @param migration how the state of the migration is found out and written
 * @param targets what the mechanisms that namespaces move to need
 * @param auditLog where the audit log goes
 * @param evidence how what was seen of callers is kept
 * @param kiamApi how kiam's agents are listened to, if they are
 */
public record ServerConfig(
    GrpcConfig grpc,
    TlsFiles tls,
    AgentTrust agents,
    HostPort adminAddress,
    String kubeconfig,
    Optional<String> roleBaseArn,
    String session,
    boolean strictNamespaceRegexp,
    AllowedRolesFormat allowedRolesFormat,
    Mode defaultMode,
    StsConfig sts,
    MigrationConfig migration,
    TargetsConfig targets,
    AuditTarget auditLog,
    EvidenceConfig evidence,
    Optional<KiamApiConfig> kiamApi) {
  /**
   * What a command line says.
   *
   * @throws picocli.CommandLine.ParameterException when a flag is wrong
   */
  public static ServerConfig parse(String... flags) {
    return ServerCommand.parse(flags);
  }
}
