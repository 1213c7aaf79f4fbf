package io.iambridge.common.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * A certificate authority and the certificates it signs, as PEM files in one directory.
 *
 * <pre>{@code
 * Certificates ca = Certificates.authority(dir, "test-ca");
 * Certificates.Pem server = ca.server("server", "localhost", "127.0.0.1");
 * Certificates.Pem agent = ca.client("agent-1");
 * }</pre>
 */
public final class Certificates {
  private static final Duration ONE_DAY = Duration.ofDays(1);

  /** Longer than our programs warn ahead of an end. */
  private static final Duration LIFE = Duration.ofDays(30);

  private final Path directory;
  private final X509Bundle authority;
  private final Path caFile;

  /** The three files one side of a connection needs: its chain, its key, and whom it trusts. */
  public record Pem(Path certificate, Path key, Path ca) {}

  private Certificates(Path directory, X509Bundle authority, Path caFile) {
    this.directory = directory;
    this.authority = authority;
    this.caFile = caFile;
  }

  /** Makes an authority; several of them may share a directory under different names. */
  public static Certificates authority(Path directory, String name) {
    X509Bundle bundle =
        build(() ->
            new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .notBefore(now().minus(ONE_DAY))
                .notAfter(now().plus(LIFE))
                .setIsCertificateAuthority(true)
                .setKeyUsage(/* critical= */ true, KeyUsage.keyCertSign, KeyUsage.cRLSign)
                .buildSelfSigned());
    return new Certificates(
        directory, bundle, write(directory.resolve(name + ".crt"), bundle.getCertificatePEM()));
  }

  /** The authority's own certificate. */
  public Path caFile() {
    return caFile;
  }

  /** A server's certificate for these DNS names and addresses, valid today. */
  public Pem server(String name, String... namesAndAddresses) {
    return issue(
        name,
        subject(name, Arrays.asList(namesAndAddresses)).addExtendedKeyUsageServerAuth(),
        now().minus(ONE_DAY),
        now().plus(LIFE));
  }

  /** A client's certificate, valid today. */
  public Pem client(String name, String... namesAndAddresses) {
    return client(name, now().minus(ONE_DAY), now().plus(LIFE), namesAndAddresses);
  }

  /** A client's certificate that ran out an hour ago. */
  public Pem expiredClient(String name) {
    return client(name, now().minus(ONE_DAY), now().minus(Duration.ofHours(1)));
  }

  /** A client's certificate that becomes valid in an hour. */
  public Pem futureClient(String name) {
    return client(name, now().plus(Duration.ofHours(1)), now().plus(ONE_DAY));
  }

  /** A client's certificate with the given validity. */
  public Pem client(String name, Instant from, Instant until, String... namesAndAddresses) {
    return issue(
        name,
        subject(name, Arrays.asList(namesAndAddresses)).addExtendedKeyUsageClientAuth(),
        from,
        until);
  }

  /** A server's certificate with the given validity. */
  public Pem server(String name, Instant from, Instant until, String... namesAndAddresses) {
    return issue(
        name,
        subject(name, Arrays.asList(namesAndAddresses)).addExtendedKeyUsageServerAuth(),
        from,
        until);
  }

  private Pem issue(String name, CertificateBuilder builder, Instant from, Instant until) {
    X509Bundle bundle =
        build(() -> builder.notBefore(from).notAfter(until).buildIssuedBy(authority));
    return new Pem(
        write(directory.resolve(name + ".crt"), bundle.getCertificatePathPEM()),
        write(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM()),
        caFile);
  }

  private static CertificateBuilder subject(String name, List<String> namesAndAddresses) {
    CertificateBuilder builder =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + name)
            .setKeyUsage(/* critical= */ true, KeyUsage.digitalSignature);
    for (String alternative : namesAndAddresses) {
      if (alternative.contains("://")) {
        builder = builder.addSanUriName(URI.create(alternative));
      } else if (isAddress(alternative)) {
        builder = builder.addSanIpAddress(alternative);
      } else {
        builder = builder.addSanDnsName(alternative);
      }
    }
    return builder;
  }

  private static boolean isAddress(String text) {
    return text.contains(":") || text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /** Certificates are checked against the machine's clock, so they are made with it too. */
  private static Instant now() {
    return Clock.systemUTC().instant();
  }

  private static Path write(Path file, String pem) {
    try {
      return Files.writeString(file, pem);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FunctionalInterface
  private interface Building {
    // The library's own signature.
    X509Bundle build() throws Exception;
  }

  private static X509Bundle build(Building building) {
    try {
      return building.build();
    } catch (Exception e) {
      throw new IllegalStateException("making a certificate failed", e);
    }
  }
}
