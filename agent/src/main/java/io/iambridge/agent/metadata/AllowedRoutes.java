package io.iambridge.agent.metadata;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which paths callers may have from the true metadata service; none, if nothing is said. */
public final class AllowedRoutes {
  /** No path at all. */
  public static final AllowedRoutes NONE = new AllowedRoutes(Set.of(), List.of());

  private final Set<Preset> presets;
  private final List<Pattern> patterns;

  private AllowedRoutes(Set<Preset> presets, List<Pattern> patterns) {
    this.presets = Set.copyOf(presets);
    this.patterns = List.copyOf(patterns);
  }

  /**
   * These and no others.
   *
   * @param patterns each has to match a whole path, with or without a slash at its end
   */
  public static AllowedRoutes of(Set<Preset> presets, List<Pattern> patterns) {
    return new AllowedRoutes(presets, patterns);
  }

  /** Whether nothing is allowed. */
  public boolean isEmpty() {
    return presets.isEmpty() && patterns.isEmpty();
  }

  /**
   * The path to ask, if it is allowed and may be asked at all.
   *
   * @param canonical with single slashes, and none at the end
   */
  public Optional<MetadataPath> find(String canonical) {
    return isEmpty() ? Optional.empty() : MetadataPath.of(canonical).filter(this::allows);
  }

  private boolean allows(MetadataPath path) {
    return presets.stream().anyMatch(preset -> preset.allows(path))
        || patterns.stream()
            .anyMatch(pattern ->
                BoundedText.matches(pattern, path.value())
                    || BoundedText.matches(pattern, path.value() + "/"));
  }

  /** For the log. */
  @Override
  public String toString() {
    return presets.stream().map(Preset::toString).sorted().toList() + " " + patterns;
  }
}
