package io.iambridge.agent;

import io.iambridge.agent.interception.InterceptionConfig;
import io.iambridge.agent.interception.InterceptionConfig.Mode;
import io.iambridge.agent.interception.InterfacePattern;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** How pods' requests come to the agent. kiam's flags keep their names. */
final class InterceptionOptions {
  @Option(
      names = "--iptables",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "Redirect pods' requests for the metadata addresses to this agent.")
  private boolean iptables;

  @Option(
      names = "--iptables-remove",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description =
          "Take the rules away when the agent stops. Pods then get the node's own role; in kiam"
              + " this was the default.")
  private boolean iptablesRemove;

  @Option(
      names = "--iptables-takeover",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "Delete rules of others, such as kiam's, that redirect the same addresses.")
  private boolean iptablesTakeover;

  @Option(
      names = "--iptables-mode",
      paramLabel = "auto|nft|legacy",
      defaultValue = "auto",
      converter = ModeConverter.class,
      description = "Which iptables programs to use; auto: those of the backend the node uses.")
  private Mode iptablesMode;

  @Option(
      names = "--host",
      paramLabel = "<address>[,<address>]",
      description =
          "This node's address to redirect to, IPv4, IPv6 or one of each; default: HOST_IPS, else"
              + " HOST_IP.")
  private @Nullable String host;

  @Option(
      names = "--host-interface",
      paramLabel = "<interface>",
      converter = PatternConverter.class,
      description =
          "The pods' side of this node: a name, the beginning of names (cali+), or every other one"
              + " (!eth0); default: docker0, if there is one.")
  private @Nullable InterfacePattern hostInterface;

  /**
   * What the flags say; empty without {@code --iptables}.
   *
   * @param listenAddress where the agent listens; empty for everywhere
   */
  Optional<InterceptionConfig> config(
      CommandLine line,
      Map<String, String> environment,
      String listenAddress,
      boolean podIdentity,
      boolean podIdentityForHostNetwork) {
    if (!iptables) {
      return Optional.empty();
    }
    String text = hosts(environment);
    try {
      List<InetAddress> hosts = addresses(text);
      InterceptionConfig config =
          new InterceptionConfig(
              hosts,
              Optional.ofNullable(hostInterface),
              iptablesMode,
              iptablesTakeover,
              iptablesRemove,
              podIdentity,
              podIdentityForHostNetwork);
      checkListens(hosts, listenAddress);
      return Optional.of(config);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          line,
          "Invalid value for option '--host' (else HOST_IPS, HOST_IP) of --iptables: '%s': %s"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  private String hosts(Map<String, String> environment) {
    for (String candidate :
        new String[] {host, environment.get("HOST_IPS"), environment.get("HOST_IP")}) {
      if (candidate != null && !candidate.isBlank()) {
        return candidate.strip();
      }
    }
    return "";
  }

  private static List<InetAddress> addresses(String text) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      addresses.add(InetAddress.ofLiteral(part.strip()));
    }
    return addresses;
  }

  /** Redirected to where nothing listens, pods would be refused for ever. */
  private static void checkListens(List<InetAddress> hosts, String listenAddress) {
    if (listenAddress.isEmpty()) {
      return;
    }
    InetAddress listen = InetAddress.ofLiteral(listenAddress);
    if (!listen.isAnyLocalAddress() && !hosts.contains(listen)) {
      throw new IllegalArgumentException("the agent listens on " + listenAddress + " only");
    }
  }

  static final class ModeConverter implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String text) {
      for (Mode mode : Mode.values()) {
        if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
          return mode;
        }
      }
      throw new TypeConversionException("'" + text + "' is none of auto, nft, legacy");
    }
  }

  private static final class PatternConverter implements ITypeConverter<InterfacePattern> {
    @Override
    public InterfacePattern convert(String text) {
      try {
        return InterfacePattern.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
