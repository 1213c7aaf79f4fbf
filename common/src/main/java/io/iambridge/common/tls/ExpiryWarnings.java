package io.iambridge.common.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of certificates that end soon or are not valid, once a day each. Only warns: the other side
 * decides, and the files may be replaced a moment later.
 */
final class ExpiryWarnings {
  /** Time for the person who reads it. */
  static final Duration AHEAD = Duration.ofDays(7);

  static final Duration REPEAT = Duration.ofDays(1);

  private static final Logger LOG = LoggerFactory.getLogger(ExpiryWarnings.class);

  private final Map<X509Certificate, Instant> warned = new HashMap<>();

  /** Looks at all that are in use now, and forgets others. */
  void look(Instant now, List<X509Certificate> certificates) {
    warned.keySet().retainAll(Set.copyOf(certificates));
    for (X509Certificate certificate : certificates) {
      Instant last = warned.get(certificate);
      if (last == null || Duration.between(last, now).compareTo(REPEAT) >= 0) {
        warn(now, certificate);
      }
    }
  }

  private void warn(Instant now, X509Certificate certificate) {
    Instant notBefore = certificate.getNotBefore().toInstant();
    Instant notAfter = certificate.getNotAfter().toInstant();
    String message;
    if (notAfter.isBefore(now) || notBefore.isAfter(now)) {
      message = "A certificate is not valid now: the other side will refuse the connection";
    } else if (Duration.between(now, notAfter).compareTo(AHEAD) <= 0) {
      message = "A certificate expires soon: replace its file, which is read again by itself";
    } else {
      return;
    }
    warned.put(certificate, now);
    LOG.atWarn()
        .addKeyValue("subject", certificate.getSubjectX500Principal().getName())
        .addKeyValue("notBefore", notBefore)
        .addKeyValue("notAfter", notAfter)
        .log(message);
  }
}
