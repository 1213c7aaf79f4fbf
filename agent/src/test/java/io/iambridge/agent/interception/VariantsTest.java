package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.agent.interception.InterceptionConfig.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which iptables the node uses. */
class VariantsTest {
  private final FakeIptables node = new FakeIptables();

  private Variants find(Mode mode) throws InterceptionException {
    return Variants.find(new Commands(node), mode);
  }

  private Backend found() throws InterceptionException {
    return find(Mode.AUTO).chosen().backend();
  }

  @ParameterizedTest
  @CsvSource({
    "NFT, KUBE-IPTABLES-HINT",
    "LEGACY, KUBE-IPTABLES-HINT",
    "NFT, KUBE-KUBELET-CANARY",
    "LEGACY, KUBE-KUBELET-CANARY"
  })
  void kubeletsChainTells(Backend backend, String chain) throws InterceptionException {
    String other = backend == Backend.NFT ? "ip6tables-legacy" : "ip6tables-nft";
    node.type(other + " -t nat -A PREROUTING -j ACCEPT");
    node.kubelet(backend, chain);
    assertThat(found()).isEqualTo(backend);
  }

  @ParameterizedTest
  @EnumSource
  void elseTheOneWithMoreRules(Backend backend) throws InterceptionException {
    node.plainIs(backend == Backend.NFT ? Backend.LEGACY : Backend.NFT);
    node.type("iptables-nft -t nat -A PREROUTING -j ACCEPT");
    node.type("iptables-legacy -t nat -A PREROUTING -j ACCEPT");
    node.type(
        Variant.of(backend).program(io.iambridge.agent.address.Family.IPV6)
            + " -t nat -A PREROUTING -j ACCEPT");
    assertThat(found()).isEqualTo(backend);
  }

  @ParameterizedTest
  @EnumSource
  void elseWhatIptablesIs(Backend backend) throws InterceptionException {
    node.plainIs(backend);
    assertThat(found()).isEqualTo(backend);
  }

  @Test
  void flagGoesFirst() throws InterceptionException {
    node.kubelet(Backend.NFT, "KUBE-IPTABLES-HINT");
    Variants legacy = find(Mode.LEGACY);
    assertThat(legacy.chosen()).isEqualTo(Variant.of(Backend.LEGACY));
    assertThat(legacy.other()).contains(Variant.of(Backend.NFT));
    assertThat(find(Mode.NFT).chosen()).isEqualTo(Variant.of(Backend.NFT));
  }

  @Test
  void whereThereIsOneOnlyItIsTheOne() throws InterceptionException {
    node.missing("iptables-nft", "iptables");
    assertThat(find(Mode.AUTO))
        .isEqualTo(new Variants(Variant.of(Backend.LEGACY), java.util.Optional.empty()));
  }

  @Test
  void whereTheyHaveNoNamesOfTheirOwnIptablesItselfIsUsed() throws InterceptionException {
    node.missing("iptables-nft", "iptables-legacy");
    assertThat(find(Mode.AUTO).chosen()).isEqualTo(new Variant(Backend.NFT, ""));
    node.plainIs(Backend.LEGACY);
    assertThat(find(Mode.LEGACY).chosen()).isEqualTo(new Variant(Backend.LEGACY, ""));
    assertThatThrownBy(() -> find(Mode.NFT))
        .hasMessageContaining("iptables-nft")
        .hasMessageContaining("--iptables-mode");
  }

  @Test
  void withoutAnyThereIsOneLine() {
    node.missing("iptables", "iptables-nft", "iptables-legacy");
    assertThatThrownBy(() -> find(Mode.AUTO))
        .isInstanceOf(InterceptionException.class)
        .hasMessage("cannot run the program iptables, which has to be in the agent's image");
  }

  @Test
  void lookingMakesNoLegacyTable() throws InterceptionException {
    find(Mode.AUTO);
    assertThat(node.commands())
        .filteredOn(command -> command.getFirst().contains("legacy"))
        .allSatisfy(command -> assertThat(command).doesNotContain("-t", "-S"));
  }
}
