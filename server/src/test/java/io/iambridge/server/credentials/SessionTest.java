package io.iambridge.server.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.roles.RoleArn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final RoleArn ROLE = RoleArn.parse("arn:aws:iam::123456789012:role/app");
  private static final PodAccount POD = new PodAccount("shop", "cart", "u", "web");
  private static final List<String> WORDS =
      List.of("", "0", "1", "2", "pod-identity", "web-identity", "u", "shop", "cart", "web");

  private static Session session(Map<String, String> tags, Mechanism mechanism) {
    return new Session(ROLE, "name", Optional.empty(), tags, mechanism);
  }

  @Test
  void tagsCannotPassForAMechanism() {
    Mechanism eks = new Mechanism.PodIdentity(POD, Optional.empty());
    Mechanism plain = new Mechanism.AssumeRole();
    // The six fields of pod identity, in their order.
    Map<String, String> tags = Map.of("pod-identity", "u", "shop", "cart", "web", "");

    assertThat(
            Stream.of(
                session(Map.of(), plain).id(),
                session(Map.of(), eks).id(),
                session(tags, plain).id(),
                session(tags, eks).id()))
        .doesNotHaveDuplicates();
  }

  @Test
  void sessionsThatDifferHaveOtherIds() {
    long seed = 11;
    Random random = new Random(seed);
    List<Mechanism> mechanisms =
        List.of(
            new Mechanism.AssumeRole(),
            new Mechanism.PodIdentity(POD, Optional.empty()),
            new Mechanism.WebIdentity(POD, "a", Optional.empty(), Optional.empty()));
    Map<String, Session> byId = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      Map<String, String> tags = new HashMap<>();
      for (int tag = random.nextInt(4); tag > 0; tag--) {
        tags.put(word(random), word(random));
      }
      Session session = session(tags, mechanisms.get(random.nextInt(mechanisms.size())));
      Session other = byId.putIfAbsent(session.id(), session);
      assertThat(other == null || other.equals(session)).as("seed %d: %s", seed, session).isTrue();
    }
  }

  private static String word(Random random) {
    return WORDS.get(random.nextInt(WORDS.size()));
  }
}
