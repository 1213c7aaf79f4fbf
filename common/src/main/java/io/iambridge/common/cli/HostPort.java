package io.iambridge.common.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A host and a port, written as Go programs do: {@code localhost:9610}, {@code :9620} (every
 * address of the machine), {@code [::1]:8181}.
 *
 * @param host a name or an address without brackets; empty for every address
 * @param port 0 to 65535; 0 lets the system choose, for listeners
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port is not 0 to 65535: " + port);
    }
  }

  /**
   * Parses the text.
   *
   * @throws IllegalArgumentException when it has no port, or an IPv6 address without brackets
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("'" + text + "' is not host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("'" + text + "': an IPv6 address needs [brackets]");
    }
    try {
      return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' has no port number", e);
    }
  }

  /**
   * The address to listen on; resolves a name.
   *
   * @throws UnknownHostException when the name has no address
   */
  public InetSocketAddress toListenAddress() throws UnknownHostException {
    return host.isEmpty()
        ? new InetSocketAddress(port)
        : new InetSocketAddress(InetAddress.getByName(host), port);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** For picocli options of this type. */
  public static final class Converter implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
