package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.InterceptionConfig.Mode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which iptables programs to use.
 *
 * <p>How it works. As Kubernetes' iptables-wrappers do: kubelet leaves a chain in the mangle table
 * of the backend that the node uses (KUBE-IPTABLES-HINT, before 1.24 KUBE-KUBELET-CANARY). Where
 * there is none, the backend with more rules is the one in use; and where nobody has rules, what
 * {@code iptables} is on this system.
 *
 * @param chosen for our rules
 * @param other where rules of somebody else, or old ones of ours, might be
 */
record Variants(Variant chosen, Optional<Variant> other) {
  private static final List<String> KUBELET_CHAINS =
      List.of(":KUBE-IPTABLES-HINT ", ":KUBE-KUBELET-CANARY ");

  /**
   * Looks which there are and decides.
   *
   * @throws InterceptionException when there are none of the kind
   */
  static Variants find(Commands commands, Mode mode) throws InterceptionException {
    Map<Backend, Variant> there = new EnumMap<>(Backend.class);
    plain(commands).ifPresent(variant -> there.put(variant.backend(), variant));
    Optional<Backend> preferred = there.keySet().stream().findFirst();
    for (Backend backend : Backend.values()) {
      Variant variant = Variant.of(backend);
      if (version(commands, variant).isPresent()) {
        there.put(backend, variant);
      }
    }
    Backend backend =
        switch (mode) {
          case NFT -> Backend.NFT;
          case LEGACY -> Backend.LEGACY;
          case AUTO -> used(commands, there, preferred);
        };
    Variant chosen = there.get(backend);
    if (chosen == null) {
      throw new InterceptionException(missing(mode));
    }
    return new Variants(
        chosen,
        there.values().stream().filter(variant -> variant.backend() != backend).findFirst());
  }

  private static String missing(Mode mode) {
    return mode == Mode.AUTO
        ? "cannot run the program iptables, which has to be in the agent's image"
        : "cannot run iptables of the kind %s (--iptables-mode), which has to be in the agent's image"
            .formatted(Variant.of(Backend.valueOf(mode.name())).program(Family.IPV4));
  }

  /** All there are, the chosen one first. */
  List<Variant> all() {
    List<Variant> all = new ArrayList<>(List.of(chosen));
    other.ifPresent(all::add);
    return all;
  }

  private static Optional<Variant> plain(Commands commands) {
    return version(commands, new Variant(Backend.LEGACY, ""))
        .map(text -> new Variant(text.contains("nf_tables") ? Backend.NFT : Backend.LEGACY, ""));
  }

  private static Optional<String> version(Commands commands, Variant variant) {
    StringBuilder text = new StringBuilder();
    boolean there =
        commands.tryRun(List.of(variant.program(Family.IPV4), "--version"), text::append);
    return there ? Optional.of(text.toString()) : Optional.empty();
  }

  private static Backend used(
      Commands commands, Map<Backend, Variant> there, Optional<Backend> preferred) {
    Rules nft = new Rules();
    Rules legacy = new Rules();
    Variant nftVariant = there.get(Backend.NFT);
    Variant legacyVariant = there.get(Backend.LEGACY);
    if (nftVariant == null || legacyVariant == null) {
      return nftVariant == null ? Backend.LEGACY : Backend.NFT;
    }
    for (Family family : Family.values()) {
      commands.tryRun(List.of(nftVariant.saveProgram(family)), nft::line);
      commands.tryRun(List.of(legacyVariant.saveProgram(family)), legacy::line);
    }
    if (nft.kubelet || legacy.kubelet) {
      return nft.kubelet ? Backend.NFT : Backend.LEGACY;
    }
    if (nft.count != legacy.count) {
      return nft.count > legacy.count ? Backend.NFT : Backend.LEGACY;
    }
    return preferred.orElse(Backend.NFT);
  }

  /** What of a backend's rules tells whether it is in use. */
  private static final class Rules {
    private boolean kubelet;
    private int count;

    void line(String line) {
      kubelet |= KUBELET_CHAINS.stream().anyMatch(line::startsWith);
      count += line.startsWith("-") ? 1 : 0;
    }
  }
}
