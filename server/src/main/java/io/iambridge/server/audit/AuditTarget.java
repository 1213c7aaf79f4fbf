package io.iambridge.server.audit;

import io.iambridge.common.cli.StartException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the audit log goes. */
public sealed interface AuditTarget {
  /** The standard output, which nothing else of the server uses. */
  record StandardOutput() implements AuditTarget {}

  /** The end of a file, which is made where there is none. */
  record AtEndOf(Path file) implements AuditTarget {}

  /** Nowhere. */
  record Off() implements AuditTarget {}

  /** What the flag says: {@code stdout}, {@code off} or a file. */
  static AuditTarget parse(String flag) {
    return switch (flag) {
      case "stdout" -> new StandardOutput();
      case "off" -> new Off();
      default -> new AtEndOf(Path.of(flag));
    };
  }

  /**
   * Opens it.
   *
   * @throws StartException when the file cannot be written
   */
  default AuditLines open(AuditCounts counts) {
    return new AuditLines(stream(), counts);
  }

  private OutputStream stream() {
    return switch (this) {
      case StandardOutput() -> new FileOutputStream(FileDescriptor.out);
      case Off() -> OutputStream.nullOutputStream();
      case AtEndOf(var file) -> {
        try {
          yield Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
          throw new StartException("--audit-log " + file + ": cannot be written: " + e, e);
        }
      }
    };
  }
}
