package io.iambridge.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.iambridge.server.policy.RuleFuzz;
import io.iambridge.server.roles.RoleFuzz;
import io.iambridge.server.tokens.ClaimsFuzz;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a tenant may write into annotations, or a pod into a token, and nobody ever does: no input
 * breaks a claim of the target that its first byte names.
 *
 * <p>One fuzz test for all targets: Jazzer fuzzes one in a JVM, and takes seconds to start. The
 * corpus is in the resources; a finding goes there as a file, named after what was wrong.
 */
class EdgeFuzzTest {

  /** By the first byte, so that a corpus file reads {@code rteam/app}. */
  private static final SortedMap<Byte, Consumer<byte[]>> TARGETS =
      new TreeMap<>(
          Map.of(
              (byte) 'c', ClaimsFuzz::run,
              (byte) 'g', RuleFuzz::runAllowedRoles,
              (byte) 'p', RuleFuzz::runPermitted,
              (byte) 'r', RoleFuzz::run));

  /** Any byte names one: the fuzzer must not lose half of its time on bytes that name none. */
  private static Consumer<byte[]> target(byte first) {
    List<Consumer<byte[]>> all = List.copyOf(TARGETS.values());
    return TARGETS.getOrDefault(first, all.get(Byte.toUnsignedInt(first) % all.size()));
  }

  @FuzzTest
  void noInputBreaksAClaim(byte[] input) {
    if (input.length > 0) {
      target(input[0]).accept(Arrays.copyOfRange(input, 1, input.length));
    }
  }
}
