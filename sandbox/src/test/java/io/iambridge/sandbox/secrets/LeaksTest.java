package io.iambridge.sandbox.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaksTest {
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

  @Test
  void aSecretIsFoundAnywhereInALine() {
    Leaks leaks = new Leaks(List.of(SECRET));
    assertThat(leaks.in("x=" + SECRET)).isPresent();
    assertThat(leaks.in("{\"a\":\"" + SECRET + "\",\"b\":1}")).isPresent();
    assertThat(leaks.in("nothing of the kind, but a line that is long enough")).isEmpty();
  }

  @Test
  void aPartOfASecretIsFoundToo() {
    Leaks leaks = new Leaks(List.of(SECRET));
    for (int at = 0; at + 2 * Leaks.PIECE - 1 <= SECRET.length(); at++) {
      assertThat(leaks.in("<" + SECRET.substring(at, at + 2 * Leaks.PIECE - 1) + ">")).isPresent();
    }
  }

  @Test
  void whatAllTokensHaveInCommonIsNoSecret() {
    List<String> tokens =
        IntStream.range(0, 100).mapToObj("eyJhbGciOiJSUzI1%016d"::formatted).toList();
    assertThat(new Leaks(tokens).in("eyJhbGciOiJSUzI1")).isEmpty();
    assertThat(new Leaks(tokens).in(tokens.get(7))).isPresent();
  }

  @Test
  void aLeakIsReportedWithoutTheSecret(@TempDir Path directory) throws Exception {
    Path log = Files.writeString(directory.resolve("a.log"), "fine\nkey=" + SECRET + " end\n");
    assertThat(new Leaks(List.of(SECRET)).in(log)).containsExactly("a.log: key=wJal…");
  }
}
