package io.iambridge.sandbox.secrets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes secrets of the stand-ins, a line each, into the file that the system property {@value
 * #PROPERTY} names; without it, nowhere. A property and no constructor, because the secrets of all
 * tests of a build, in several processes, are one list.
 */
public final class IssuedSecrets {
  /** Names the file. */
  public static final String PROPERTY = "iambridge.sandbox.secrets";

  private IssuedSecrets() {}

  /** The same secret, remembered. */
  public static String noted(String secret) {
    String file = System.getProperty(PROPERTY, "");
    if (!file.isEmpty()) {
      write(Path.of(file), secret);
    }
    return secret;
  }

  private static void write(Path file, String secret) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(
          file,
          (secret + "\n").getBytes(StandardCharsets.US_ASCII),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
