package io.iambridge.agent.metadata;

import io.iambridge.agent.metadata.Answer.Found;
import io.iambridge.agent.metadata.Answer.Missing;
import io.iambridge.agent.metadata.Answer.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The last answers, each as long as it cannot be wrong: an hour for what is fixed while an instance
 * runs, and so short for the rest that nobody notices, but a pod that polls does not use up what
 * the node may ask (EC2 limits packets to link-local services, DNS among them, to 1024 a second).
 */
final class AnswerCache {
  private static final int MOST = 256;
  private static final Duration FIXED = Duration.ofHours(1);
  private static final Duration CHANGING = Duration.ofSeconds(1);

  private static final Pattern FIXED_PATHS =
      Pattern.compile(
          "/[^/]+/(?:meta-data/(?:ami-id|hostname|instance-id|instance-life-cycle|instance-type"
              + "|local-hostname|local-ipv4|mac|placement/[a-z-]+|reservation-id|services/[a-z]+)"
              + "|dynamic/instance-identity/[a-z0-9]+)");

  private record Kept(Answer answer, Instant from, Duration life) {}

  private final Map<MetadataPath, Kept> byPath =
      new LinkedHashMap<>(MOST, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<MetadataPath, Kept> eldest) {
          return size() > MOST;
        }
      };

  synchronized @Nullable Answer get(MetadataPath path, Instant now) {
    Kept kept = byPath.get(path);
    if (kept == null) {
      return null;
    }
    Duration age = Duration.between(kept.from(), now);
    // A clock that is set back must not make anything live longer.
    return age.isNegative() || age.compareTo(kept.life()) >= 0 ? null : kept.answer();
  }

  synchronized void put(MetadataPath path, Answer answer, Instant now) {
    switch (answer) {
      case Found _ -> {
        boolean fixed = FIXED_PATHS.matcher(path.value()).matches();
        byPath.put(path, new Kept(answer, now, fixed ? FIXED : CHANGING));
      }
      case Missing _ -> byPath.put(path, new Kept(answer, now, CHANGING));
      case Unavailable _ -> byPath.remove(path);
    }
  }
}
