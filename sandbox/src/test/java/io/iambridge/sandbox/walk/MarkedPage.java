package io.iambridge.sandbox.walk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page with blocks of output, each behind a mark that names it. */
record MarkedPage(String text) {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- output: ([a-z-]+) -->\n```\n(.*?)```\n", Pattern.DOTALL);

  static MarkedPage read(Path file) throws IOException {
    return new MarkedPage(Files.readString(file));
  }

  /** The blocks by their names. */
  Map<String, String> outputs() {
    Map<String, String> outputs = new TreeMap<>();
    BLOCK.matcher(text).results().forEach(block -> outputs.put(block.group(1), block.group(2)));
    return outputs;
  }

  /**
   * The page with these in place of the blocks of their names; a block that is not among them
   * stays.
   */
  MarkedPage with(Map<String, String> outputs) {
    return new MarkedPage(
        BLOCK
            .matcher(text)
            .replaceAll(block ->
                Matcher.quoteReplacement(
                    "<!-- output: %s -->\n```\n%s```\n"
                        .formatted(
                            block.group(1),
                            Objects.requireNonNullElse(
                                outputs.get(block.group(1)), block.group(2))))));
  }
}
