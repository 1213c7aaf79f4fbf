package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each claim of SECURITY.md names tests, and each of them is there. */
final class SecurityPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)(?:#(\\w+))?`");
  private static final String CLAIMS = "## Claims, and the tests that show them";

  private static List<String> claims() throws IOException {
    String page = Files.readString(ROOT.resolve("SECURITY.md"));
    assertThat(page).contains(CLAIMS);
    String section = page.substring(page.indexOf(CLAIMS) + CLAIMS.length());
    int end = section.indexOf("\n## ");
    return (end < 0 ? section : section.substring(0, end))
        .lines()
        .filter(line -> line.startsWith("|"))
        .skip(2)
        .toList();
  }

  private static List<Path> testsNamed(String name) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String module : List.of("common", "agent", "server", "sandbox")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        files.filter(file -> file.endsWith(name + ".java")).forEach(found::add);
      }
    }
    return found;
  }

  private static String source(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void eachClaimNamesATest() throws Exception {
    assertThat(claims()).hasSizeGreaterThan(15);
    assertThat(claims())
        .allSatisfy(claim ->
            assertThat(TEST.matcher(claim.substring(claim.lastIndexOf("| "))).find()).isTrue());
  }

  @Test
  void eachTestThatIsNamedExists() throws Exception {
    for (String claim : claims()) {
      Matcher test = TEST.matcher(claim.substring(claim.lastIndexOf("| ")));
      while (test.find()) {
        List<Path> files = testsNamed(test.group(1));
        assertThat(files).as(test.group()).isNotEmpty();
        if (test.group(2) != null) {
          String method = "void " + test.group(2) + "(";
          assertThat(files).as(test.group()).anyMatch(file -> source(file).contains(method));
        }
      }
    }
  }
}
