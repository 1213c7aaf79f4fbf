import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats our Java sources with google-java-format, or with {@code --check} names those that are
 * not formatted.
 *
 * <p>Started by Maven on the toolchain's JDK (see the root pom): the usual plugins run the
 * formatter inside Maven's own JVM, and on JDK 17 it cannot parse the language of JDK 25.
 */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean check = List.of(args).contains("--check");
    Formatter formatter = new Formatter();
    List<Path> wrong = new ArrayList<>();
    for (Path file : sources(Path.of("."))) {
      String before = Files.readString(file);
      String after =
          formatter.formatSource(
              ImportOrderer.reorderImports(
                  RemoveUnusedImports.removeUnusedImports(before), Style.GOOGLE));
      if (!after.equals(before)) {
        wrong.add(file);
        if (!check) {
          Files.writeString(file, after);
        }
      }
    }
    wrong.forEach(file -> System.out.println((check ? "not formatted: " : "formatted: ") + file));
    if (check && !wrong.isEmpty()) {
      System.out.println("Run: mvn -N initialize exec:exec@format");
      System.exit(1);
    }
  }

  private static List<Path> sources(Path root) throws Exception {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .toList();
    }
  }
}
