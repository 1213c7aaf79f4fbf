package io.iambridge.server.migration;

import io.iambridge.server.evidence.Calls;
import io.iambridge.server.modes.Target;
import java.util.Comparator;
import java.util.List;

/**
 * The SDKs of one workload, which may have several: its slowest to be renewed decides whether it
 * can do without us.
 */
record SdksSeen(SdkSupport support, List<Sdk> sdks) {
  /** Of those shown. */
  static final int MOST = 4;

  private static final String NO = "no";

  /** As the User-Agent has it. */
  private record Sdk(String product, String version) {
    String shown() {
      return (product + " " + version).strip();
    }
  }

  /** Of the calls that count. */
  static SdksSeen of(List<Calls> calls, SdkSupport support) {
    return new SdksSeen(
        support,
        calls.stream().map(one -> new Sdk(one.sdk(), one.sdkVersion())).distinct().toList());
  }

  /** {@code no} if one cannot, else {@code unknown} if that is not known of one. */
  String canUse(Target target) {
    List<String> said = sdks.stream().map(sdk -> of(sdk, target)).distinct().toList();
    if (said.contains(NO)) {
      return NO;
    }
    return said.size() == 1 ? said.getFirst() : SdkSupport.UNKNOWN;
  }

  /** Those that cannot use the target first; the same order whoever called last. */
  String shown(Target target) {
    List<String> all =
        sdks.stream()
            .sorted(
                Comparator.comparing((Sdk sdk) -> !of(sdk, target).equals(NO))
                    .thenComparing(Sdk::shown))
            .map(Sdk::shown)
            .filter(sdk -> !sdk.isEmpty())
            .toList();
    String first = String.join(", ", all.subList(0, Math.min(MOST, all.size())));
    return all.size() > MOST ? "%s and %d more".formatted(first, all.size() - MOST) : first;
  }

  private String of(Sdk sdk, Target target) {
    return support.of(sdk.product(), sdk.version(), target);
  }
}
