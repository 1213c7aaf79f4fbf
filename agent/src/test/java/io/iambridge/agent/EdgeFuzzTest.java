package io.iambridge.agent;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.iambridge.agent.imds.ConnectionFuzz;
import io.iambridge.agent.imds.RequestFuzz;
import io.iambridge.agent.imds.SessionTokenFuzz;
import io.iambridge.agent.interception.AddressFuzz;
import io.iambridge.agent.metadata.PathFuzz;
import io.iambridge.agent.podidentity.PodIdentityFuzz;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a pod may send, and nobody ever does: no input breaks a claim of the target that its first
 * byte names.
 *
 * <p>One fuzz test for all targets: Jazzer fuzzes one in a JVM, and takes seconds to start. The
 * corpus is in the resources; a finding goes there as a file, named after what was wrong.
 */
class EdgeFuzzTest {

  /** By the first byte, so that a corpus file reads {@code p/latest/meta-data}. */
  private static final SortedMap<Byte, Consumer<byte[]>> TARGETS =
      new TreeMap<>(
          Map.of(
              (byte) 'a', AddressFuzz::run,
              (byte) 'c', ConnectionFuzz::run,
              (byte) 'p', PathFuzz::run,
              (byte) 'r', RequestFuzz::run,
              (byte) 's', SessionTokenFuzz::run,
              (byte) 't', PodIdentityFuzz::run));

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
