package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.address.Family;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever anybody does to the tables: after one look all is right again. */
class RandomHistoriesTest {
  private static final int HISTORIES = 200;
  private static final int STEPS = 20;
  private static final List<String> INTERFACES =
      List.of("cali1", "cali2", "cal", "eth0", "eth1", "cni0", "lo");
  private static final List<String> CHAINS =
      List.of("PREROUTING", "OUTPUT", "IAMBRIDGE", "IAMBRIDGE-HOST", "KUBE-SERVICES");

  private record Setting(Backend backend, Wanted wanted) {
    MetadataAddresses addresses() {
      return MetadataAddresses.of(wanted.family());
    }

    String program() {
      return Variant.of(backend).program(wanted.family());
    }
  }

  @Test
  void afterOneLookEverythingIsRight() throws InterceptionException {
    long seed = new Random().nextLong();
    System.out.println("RandomHistoriesTest seed " + seed);
    Random random = new Random(seed);
    for (int history = 0; history < HISTORIES; history++) {
      Setting setting = setting(random);
      FakeIptables node = new FakeIptables();
      node.type(setting.program() + " -t nat -N KUBE-SERVICES");
      node.type(setting.program() + " -t nat -A PREROUTING -j KUBE-SERVICES");
      StringBuilder told = new StringBuilder("seed " + seed + ", " + setting + "\n");
      for (int step = 0; step < STEPS; step++) {
        disturb(node, setting, random, told);
        RuleKeeper keeper =
            new RuleKeeper(
                new Iptables(
                    new Commands(node), Variant.of(setting.backend), setting.wanted.family()),
                setting.wanted);
        boolean quick = random.nextBoolean() && keeper.looksRight();
        told.append(quick ? "looks right" : keeper.putRight()).append('\n');
        assertRight(node, setting, told);
        if (!quick) {
          assertTidy(node, setting, told);
          assertThat(keeper.putRight()).as(told::toString).isEmpty();
        }
      }
    }
  }

  private static Setting setting(Random random) {
    boolean ipv6 = random.nextBoolean();
    boolean podIdentity = random.nextInt(4) > 0;
    Wanted wanted =
        new Wanted(
            InetAddress.ofLiteral(ipv6 ? "fd00:10::10" : "10.0.0.10"),
            3100,
            InterfacePattern.parse(any(random, List.of("cali+", "!eth0", "cni0", "!eth+", "+"))),
            podIdentity,
            podIdentity && random.nextBoolean());
    return new Setting(any(random, List.of(Backend.values())), wanted);
  }

  private static <T> T any(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** One to four deeds; those that iptables refuses are none. */
  private static void disturb(
      FakeIptables node, Setting setting, Random random, StringBuilder told) {
    int deeds = 1 + random.nextInt(4);
    for (int i = 0; i < deeds; i++) {
      String deed = setting.program() + " -t nat " + deed(setting, random);
      try {
        node.type(deed);
        told.append(deed).append('\n');
      } catch (IllegalArgumentException _) {
        told.append("refused: ").append(deed).append('\n');
      }
    }
  }

  private static String deed(Setting setting, Random random) {
    String chain = any(random, CHAINS);
    return switch (random.nextInt(10)) {
      case 0 -> "-F";
      case 1 -> "-F " + chain;
      case 2 -> "-X " + chain;
      case 3, 4 -> "-D " + chain + " " + (1 + random.nextInt(4));
      case 5 -> "-N " + chain;
      case 6 -> "-A " + chain + rule(setting, random);
      default -> "-I " + chain + " " + (1 + random.nextInt(3)) + rule(setting, random);
    };
  }

  private static String rule(Setting setting, Random random) {
    String imds = AddressText.of(setting.addresses().imds());
    String podIdentity = AddressText.of(setting.addresses().podIdentity());
    StringBuilder rule = new StringBuilder();
    if (random.nextBoolean()) {
      rule.append(random.nextInt(5) == 0 ? " !" : "").append(" -d ");
      rule.append(any(random, List.of(imds, podIdentity)));
    }
    if (random.nextInt(3) == 0) {
      rule.append(random.nextInt(3) == 0 ? " !" : "").append(" -i ");
      rule.append(any(random, List.of("cali+", "cali1", "eth0", "cni0")));
    }
    if (random.nextBoolean()) {
      rule.append(" -p tcp").append(random.nextBoolean() ? " --dport 80" : "");
    }
    rule.append(random.nextInt(4) == 0 ? " -m comment --comment \"iambridge-agent\"" : "");
    rule.append(random.nextInt(8) == 0 ? " -m mark --mark 0x1" : "");
    return rule
        + any(
            random,
            List.of(
                " -j ACCEPT",
                " -j RETURN",
                " -j DROP",
                " -j LOG",
                " -j IAMBRIDGE",
                " -j IAMBRIDGE-HOST",
                " -j DNAT --to-destination "
                    + (setting.wanted.family() == Family.IPV4 ? "1.2.3.4:1" : "[fd00::9]:1")));
  }

  private static void assertRight(FakeIptables node, Setting setting, StringBuilder history) {
    Wanted wanted = setting.wanted;
    String to = wanted.to();
    for (InetAddress address : wanted.destinations()) {
      String text = AddressText.of(address);
      for (String in : INTERFACES) {
        if (wanted.podSide().matches(in)) {
          assertThat(node.route(setting.backend, "PREROUTING", in, text))
              .as(() -> history + in + " to " + text)
              .isEqualTo(to);
        }
      }
    }
    if (wanted.podIdentity() && wanted.podIdentityForHostNetwork()) {
      assertThat(
              node.route(
                  setting.backend, "OUTPUT", "", AddressText.of(setting.addresses().podIdentity())))
          .as(history::toString)
          .isEqualTo(to);
    }
  }

  /** Only a look at the whole table sees chains that should not be there. */
  private static void assertTidy(FakeIptables node, Setting setting, StringBuilder history) {
    Family family = setting.wanted.family();
    for (String chain : Wanted.OUR_CHAINS) {
      Hook hook =
          setting.wanted.hooks().stream()
              .filter(each -> each.chain().equals(chain))
              .findFirst()
              .orElse(null);
      assertThat(node.hasChain(setting.backend, family, chain))
          .as(() -> history + chain)
          .isEqualTo(hook != null);
      if (hook != null) {
        assertThat(node.rules(setting.backend, family, chain))
            .as(history::toString)
            .hasSize(hook.rules().size());
        assertThat(
                node.rules(setting.backend, family, hook.base()).stream()
                    .filter(rule -> rule.endsWith("-j " + chain)))
            .as(history::toString)
            .hasSize(1);
      }
    }
  }
}
