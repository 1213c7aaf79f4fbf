package io.iambridge.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.pods.PodAnswer;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AnswerTest {
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final String HOLDER = "arn:aws:iam::111122223333:user/anna";

  private final Iam iam = new Iam(Clock.systemUTC(), new Random(7));
  private final AccessKey key = iam.createAccessKey(HOLDER);

  private Answer read(int status, Map<String, String> headers, String body) {
    return Answer.read(new PodAnswer(status, headers, body), HOLDER, iam, NOW);
  }

  private String document(String id, Instant expiration) {
    return "{\"AccessKeyId\": \"%s\", \"Expiration\": \"%s\"}".formatted(id, expiration);
  }

  @Test
  void credentialsOfItsOwnThatLiveAreGood() {
    assertThat(read(200, Map.of(), document(key.id(), NOW.plusSeconds(1))).good()).isTrue();
  }

  @Test
  void anothersCredentialsAndDeadOnesAndNoneAreNot() {
    iam.createAccessKey("arn:aws:iam::111122223333:user/berta");
    String other = iam.createAccessKey("arn:aws:iam::111122223333:user/berta").id();
    assertThat(read(200, Map.of(), document(other, NOW.plusSeconds(1))).trouble())
        .hasValue("the credentials of arn:aws:iam::111122223333:user/berta");
    assertThat(read(200, Map.of(), document(key.id(), NOW)).trouble())
        .hasValue("expired credentials");
    assertThat(read(200, Map.of(), "{}").trouble()).hasValue("no credentials in a 200");
    assertThat(read(200, Map.of(), "<html>").trouble()).hasValue("no credentials in a 200");
  }

  @Test
  void aRefusalHasOneLineAndSaysWhenToAskAgain() {
    Map<String, String> again = Map.of("retry-after", "1");
    assertThat(read(503, again, "not yet\n").trouble()).hasValue("503 not yet");
    assertThat(read(403, Map.of(), "never").trouble()).hasValue("403 never");
    assertThat(read(503, Map.of(), "not yet").trouble()).hasValue("503 without Retry-After");
    assertThat(read(503, again, "").trouble()).hasValue("503 without a reason in one line");
    assertThat(read(503, again, "at x\nat y").trouble())
        .hasValue("503 without a reason in one line");
  }
}
