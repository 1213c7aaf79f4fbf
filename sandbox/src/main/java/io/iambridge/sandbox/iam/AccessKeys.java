package io.iambridge.sandbox.iam;

import io.iambridge.sandbox.iam.AccessKey.Temporary;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The access keys of all principals, long-term and temporary. */
final class AccessKeys {

  /** How long an expired key is still known, so that its user is told ExpiredToken. */
  private static final Duration REMEMBERED = Duration.ofHours(12);

  /** A sandbox that runs for weeks must not grow; tests issue far fewer. */
  private static final int MOST = 200_000;

  private final Ids ids;
  private final InstantSource clock;
  private final Map<String, AccessKey> byId = new LinkedHashMap<>();

  AccessKeys(Ids ids, InstantSource clock) {
    this.ids = ids;
    this.clock = clock;
  }

  synchronized AccessKey create(Principal.User user) {
    return add(new AccessKey(ids.longTermKeyId(), ids.secret(), user, Optional.empty()));
  }

  synchronized AccessKey issue(Principal.AssumedRole session, Instant expiration) {
    forgetOld();
    Temporary temporary = new Temporary(ids.sessionToken(), expiration);
    return add(new AccessKey(ids.temporaryKeyId(), ids.secret(), session, Optional.of(temporary)));
  }

  synchronized Optional<AccessKey> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  synchronized List<AccessKey> all() {
    return List.copyOf(byId.values());
  }

  private AccessKey add(AccessKey key) {
    if (byId.size() >= MOST) {
      throw new IllegalStateException("the sandbox keeps at most " + MOST + " access keys");
    }
    byId.put(key.id(), key);
    return key;
  }

  private void forgetOld() {
    Instant oldest = clock.instant().minus(REMEMBERED);
    // Issued in about the order in which they expire: the first that is young ends the search.
    var keys = byId.values().iterator();
    while (keys.hasNext()) {
      Optional<Temporary> temporary = keys.next().temporary();
      if (temporary.isPresent()) {
        if (temporary.get().expiration().isAfter(oldest)) {
          return;
        }
        keys.remove();
      }
    }
  }
}
