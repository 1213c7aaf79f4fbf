import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    List<Path> wrong =
        sources(Path.of(".")).parallelStream().filter(file -> !isFormatted(file, check)).toList();
    wrong.forEach(file -> System.out.println((check ? "not formatted: " : "formatted: ") + file));
    if (check && !wrong.isEmpty()) {
      System.out.println("Run: mvn -N initialize exec:exec@format");
      System.exit(1);
    }
  }

  /** Formats it, too, unless it is only to be checked. */
  private static boolean isFormatted(Path file, boolean check) {
    try {
      String before = Files.readString(file);
      String after =
          new Formatter()
              .formatSource(
                  ImportOrderer.reorderImports(
                      RemoveUnusedImports.removeUnusedImports(before), Style.GOOGLE));
      if (!after.equals(before) && !check) {
        Files.writeString(file, after);
      }
      return after.equals(before);
    } catch (FormatterException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
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
