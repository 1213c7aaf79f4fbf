package io.iambridge.agent.imds;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key of the session tokens, in a file of the node, so that tokens outlive a restart of the
 * agent: clients keep theirs for up to six hours, and several fail a request when one is refused.
 */
final class TokenKey {
  static final String FILE_NAME = "imds-token.key";
  static final int BYTES = 32;

  private static final Logger LOG = LoggerFactory.getLogger(TokenKey.class);
  private static final String OWNER_ONLY = "rw-------";

  private TokenKey() {}

  /**
   * Reads the key, or makes and keeps one; without a place to keep it, it is good until restart.
   */
  static byte[] loadOrCreate(Path directory, SecureRandom random) {
    Path file = directory.resolve(FILE_NAME);
    try {
      byte[] key = Files.readAllBytes(file);
      if (key.length == BYTES) {
        return key;
      }
      LOG.atWarn().addKeyValue("file", file).log("Session token key has a wrong length: replaced");
    } catch (NoSuchFileException e) {
      LOG.debug("No session token key yet in {}", file);
    } catch (IOException e) {
      return inMemory(file, random, e);
    }
    try {
      Files.createDirectories(directory);
      return create(file, random);
    } catch (IOException e) {
      return inMemory(file, random, e);
    }
  }

  private static byte[] create(Path file, SecureRandom random) throws IOException {
    byte[] key = newKey(random);
    Path temporary = file.resolveSibling(FILE_NAME + "." + Long.toHexString(random.nextLong()));
    try (var channel =
        Files.newByteChannel(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)))) {
      channel.write(ByteBuffer.wrap(key));
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return key;
  }

  private static byte[] inMemory(Path file, SecureRandom random, IOException cause) {
    LOG.atWarn()
        .addKeyValue("file", file)
        .addKeyValue("cause", cause.toString())
        .log(
            "Session token key cannot be kept (--state-dir): pods' tokens end when the agent"
                + " restarts");
    return newKey(random);
  }

  private static byte[] newKey(SecureRandom random) {
    byte[] key = new byte[BYTES];
    random.nextBytes(key);
    return key;
  }
}
