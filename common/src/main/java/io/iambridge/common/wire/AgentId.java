package io.iambridge.common.wire;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a client certificate says its agent is: {@code spiffe://TRUST-DOMAIN/iambridge/agent/NODE},
 * its only subject alternative name. The syntax is that of SPIFFE IDs.
 *
 * @param trustDomain whose names these are, in lower case
 * @param node the Kubernetes node
 * @see <a href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md">SPIFFE-ID</a>
 */
public record AgentId(String trustDomain, String node) {
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
  // A node's name is an RFC 1123 subdomain.
  private static final Pattern NODE = Pattern.compile("[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern URI =
      Pattern.compile("spiffe://([a-z0-9._-]{1,255})/iambridge/agent/([a-z0-9.-]{1,253})");

  /** GeneralName's choice uniformResourceIdentifier (RFC 5280, 4.2.1.6). */
  private static final int URI_NAME = 6;

  /** Checks both parts. */
  public AgentId {
    if (!isTrustDomain(trustDomain)) {
      throw new IllegalArgumentException("not a trust domain: " + trustDomain);
    }
    if (!NODE.matcher(node).matches()) {
      throw new IllegalArgumentException("not a node's name: " + node);
    }
  }

  /** Whether it can be a trust domain at all. */
  public static boolean isTrustDomain(String text) {
    return TRUST_DOMAIN.matcher(text).matches();
  }

  /**
   * Reads it from a certificate.
   *
   * @throws CertificateException when the certificate has no or another or a second alternative
   *     name; one line that says which, and what is expected
   */
  public static AgentId of(X509Certificate certificate) throws CertificateException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names == null || names.isEmpty()) {
      throw refused("it has no subject alternative name");
    }
    if (names.size() > 1) {
      throw refused("it has " + names.size() + " subject alternative names");
    }
    List<?> only = names.iterator().next();
    if (!Objects.equals(only.get(0), URI_NAME) || !(only.get(1) instanceof String uri)) {
      throw refused("its subject alternative name is no URI");
    }
    Matcher matcher = URI.matcher(uri);
    if (!matcher.matches() || !NODE.matcher(matcher.group(2)).matches()) {
      throw refused("its subject alternative name names no agent");
    }
    return new AgentId(matcher.group(1), matcher.group(2));
  }

  private static CertificateParsingException refused(String why) {
    return new CertificateParsingException(
        why + ": exactly one is expected, spiffe://TRUST-DOMAIN/iambridge/agent/NODE");
  }

  /** The URI. */
  @Override
  public String toString() {
    return "spiffe://" + trustDomain + "/iambridge/agent/" + node;
  }
}
