package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.secrets.IssuedSecrets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The session tokens that are out; any number may be good at one time. */
final class IssuedTokens {

  private static final int BYTES = 42;
  private static final int MOST = 100_000;

  private record Issued(Instant expiry, long epoch) {}

  private final InstantSource clock;
  private final RandomGenerator random;
  private final ImdsFaults faults;
  private final Map<String, Issued> issued =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Issued> eldest) {
          return size() > MOST;
        }
      };

  IssuedTokens(InstantSource clock, RandomGenerator random, ImdsFaults faults) {
    this.clock = clock;
    this.random = random;
    this.faults = faults;
  }

  synchronized String create(int ttlSeconds) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().encodeToString(bytes);
    IssuedSecrets.noted(token);
    issued.put(token, new Issued(clock.instant().plusSeconds(ttlSeconds), faults.epoch()));
    return token;
  }

  synchronized boolean isGood(String token) {
    Issued known = issued.get(token);
    return known != null
        && known.epoch() == faults.epoch()
        && clock.instant().isBefore(known.expiry());
  }
}
