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

/** Each claim of SECURITY.md names tests, and each of them is there and runs. */
final class SecurityPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)(?:#(\\w+))?`");
  private static final Pattern RUNS =
      Pattern.compile("^  @(?:Test|ParameterizedTest|FuzzTest|RepeatedTest)\\b", Pattern.MULTILINE);
  private static final Pattern DISABLED = Pattern.compile("^ *@Disabled\\b", Pattern.MULTILINE);
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
        files
            .filter(file -> file.getFileName().toString().equals(name + ".java"))
            .forEach(found::add);
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
    assertThat(claims()).hasSizeGreaterThanOrEqualTo(30);
    assertThat(claims())
        .allSatisfy(claim ->
            assertThat(TEST.matcher(claim.substring(claim.lastIndexOf("| "))).find()).isTrue());
  }

  private static boolean runs(Path file) {
    String source = source(file);
    return RUNS.matcher(source).find()
        && !source.contains("\n@Disabled\n")
        && !source.contains("\n@Disabled(");
  }

  private static boolean runs(Path file, String method) {
    String source = source(file);
    int declared = source.indexOf("void " + method + "(");
    if (declared < 0) {
      return false;
    }
    // From the empty line before it: its comment and its annotations.
    String above = source.substring(source.lastIndexOf("\n\n", declared), declared);
    return RUNS.matcher(above).find() && !DISABLED.matcher(above).find();
  }

  @Test
  void eachTestThatIsNamedRuns() throws Exception {
    for (String claim : claims()) {
      Matcher test = TEST.matcher(claim.substring(claim.lastIndexOf("| ")));
      while (test.find()) {
        assertThat(testsNamed(test.group(1)))
            .as(test.group())
            .anyMatch(file -> runs(file) && (test.group(2) == null || runs(file, test.group(2))));
      }
    }
  }
}
