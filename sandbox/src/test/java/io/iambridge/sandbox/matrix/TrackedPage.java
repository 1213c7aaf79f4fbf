package io.iambridge.sandbox.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The page among the sources: it is written when it says something else, not when only the day and
 * the times differ, as they do with each run.
 */
public final class TrackedPage {
  private static final Pattern DAY = Pattern.compile("\\) of \\d{4}-\\d{2}-\\d{2}\\.");
  private static final Pattern TIME = Pattern.compile("\\| \\d+ ms \\|");

  private TrackedPage() {}

  /** Writes the page unless what is there says the same. */
  public static void update(Path file, String page) throws IOException {
    update(file, page, TrackedPage::essence);
  }

  /** Writes the page unless what is there is the same in essence. */
  public static void update(Path file, String page, UnaryOperator<String> essence)
      throws IOException {
    if (Files.exists(file) && essence.apply(Files.readString(file)).equals(essence.apply(page))) {
      return;
    }
    Files.writeString(file, page);
  }

  private static String essence(String page) {
    return TIME.matcher(DAY.matcher(page).replaceFirst(") of DAY.")).replaceAll("| TIME |");
  }
}
