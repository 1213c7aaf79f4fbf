package io.iambridge.agent.metadata;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A path that may be asked of the true metadata service: one that every server in the world reads
 * in the same way, and none as one of credentials.
 *
 * <p>How it works. There is nothing in it that could be decoded, cut off, folded or resolved: few
 * characters, single slashes, no dot segments, none of {@code %;\?#}. What is left is compared
 * letter by letter, without case and punctuation, so that near misses are refused with the words
 * themselves.
 *
 * @param value e.g. {@code /latest/meta-data/placement/region}
 */
public record MetadataPath(String value) {
  /** The longest real path, a tag's of 128 characters, is shorter. */
  private static final int LONGEST = 256;

  /** A version and names below it, or the list of versions. */
  private static final Pattern SHAPE =
      Pattern.compile(
          "/|/(?:latest|1\\.0|[0-9]{4}-[0-9]{2}-[0-9]{2})"
              + "(?:/(?!\\.+(?:/|$))[A-Za-z0-9._~:@-]+)*");

  /** Words that, whatever stands between their letters, have to do with credentials. */
  private static final Pattern FORBIDDEN_LETTERS =
      Pattern.compile("credential|apitoken|managedssh|metadataiam");

  private static final Pattern FORBIDDEN_SEGMENT = Pattern.compile("/[._~:@-]*(?:iam|api)");

  /** Checks that it can be asked. */
  public MetadataPath {
    if (!isAskable(value)) {
      throw new IllegalArgumentException("not to be asked of the metadata service");
    }
  }

  /**
   * The path, if it may be asked at all.
   *
   * @param canonical with single slashes, and none at the end
   */
  public static Optional<MetadataPath> of(String canonical) {
    return isAskable(canonical) ? Optional.of(new MetadataPath(canonical)) : Optional.empty();
  }

  private static boolean isAskable(String path) {
    return path.length() <= LONGEST && SHAPE.matcher(path).matches() && !isForbidden(path);
  }

  private static boolean isForbidden(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    return FORBIDDEN_SEGMENT.matcher(lower).find()
        || FORBIDDEN_LETTERS.matcher(lower.replaceAll("[^a-z]", "")).find();
  }

  @Override
  public String toString() {
    return value;
  }
}
