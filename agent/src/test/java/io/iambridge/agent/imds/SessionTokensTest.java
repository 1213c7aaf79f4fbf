package io.iambridge.agent.imds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTokensTest {
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path dir;

  @Test
  void tokenIsGoodForItsPodUntilItExpires() {
    SessionTokens tokens = SessionTokens.withKeyIn(dir, RANDOM);
    String token = tokens.create("pod-1", NOW.plusSeconds(60));
    assertThat(token).hasSize(SessionTokens.TOKEN_LENGTH);
    assertThat(tokens.verify(token, "pod-1", NOW.plusSeconds(59))).isTrue();
    assertThat(tokens.verify(token, "pod-1", NOW.plusSeconds(60))).isFalse();
    assertThat(tokens.verify(token, "pod-2", NOW)).isFalse();
  }

  @Test
  void everyChangedCharacterIsFound() {
    SessionTokens tokens = SessionTokens.withKeyIn(dir, RANDOM);
    String token = tokens.create("pod-1", NOW.plusSeconds(60));
    // The last character carries four unused bits, which the decoder ignores.
    for (int i = 0; i < token.length() - 1; i++) {
      char other = token.charAt(i) == 'A' ? 'B' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(tokens.verify(changed, "pod-1", NOW)).as(changed).isFalse();
    }
  }

  @Test
  void keyOutlivesTheProgramAndIsTheOwnersAlone() throws IOException {
    Path state = dir.resolve("not/yet/there");
    String token = SessionTokens.withKeyIn(state, RANDOM).create("pod", NOW.plusSeconds(60));
    assertThat(SessionTokens.withKeyIn(state, RANDOM).verify(token, "pod", NOW)).isTrue();
    Path file = state.resolve(TokenKey.FILE_NAME);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(state.toFile().list())
        .as("no temporary file is left")
        .containsExactly(TokenKey.FILE_NAME);
  }

  @Test
  void keyOfAWrongLengthIsReplaced() throws IOException {
    Files.write(dir.resolve(TokenKey.FILE_NAME), new byte[] {1, 2, 3});
    String token = SessionTokens.withKeyIn(dir, RANDOM).create("pod", NOW.plusSeconds(60));
    assertThat(SessionTokens.withKeyIn(dir, RANDOM).verify(token, "pod", NOW)).isTrue();
  }

  @Test
  void withoutAPlaceForTheKeyTokensStillWork() throws IOException {
    Path file = Files.createFile(dir.resolve("a-file"));
    SessionTokens tokens = SessionTokens.withKeyIn(file, RANDOM);
    assertThat(tokens.verify(tokens.create("pod", NOW.plusSeconds(60)), "pod", NOW)).isTrue();
  }
}
