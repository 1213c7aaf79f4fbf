package io.iambridge.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.cli.StartException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLinesTest {
  @TempDir private Path directory;
  private final AtomicInteger lost = new AtomicInteger();
  private final AuditCounts counts =
      new AuditCounts() {
        @Override
        public void auditLost() {
          lost.incrementAndGet();
        }
      };

  @Test
  void aFileIsContinuedAndHasEachLineAtOnce() throws Exception {
    Path file = directory.resolve("audit");
    Files.writeString(file, "before\n");
    try (AuditLines lines = AuditTarget.parse(file.toString()).open(counts)) {
      lines.write("{}");
      assertThat(file).hasContent("before\n{}\n");
    }
  }

  @Test
  void aFileThatCannotBeWrittenKeepsTheServerFromStarting() {
    AuditTarget target = AuditTarget.parse(directory.resolve("no/such/audit").toString());
    assertThatThrownBy(() -> target.open(counts))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("--audit-log " + directory);
  }

  @Test
  void offWritesNothing() throws Exception {
    try (AuditLines lines = AuditTarget.parse("off").open(counts)) {
      lines.write("{}");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aLineThatCannotBeWrittenIsCountedAndTheNextIsTried() throws Exception {
    Full disk = new Full();
    try (AuditLines lines = new AuditLines(disk, counts)) {
      lines.write("one");
      lines.write("two");
      disk.full = false;
      lines.write("three");
    }
    assertThat(lost).hasValue(2);
    assertThat(disk.written.toString()).isEqualTo("\nthree\n");
  }

  private static final class Full extends OutputStream {
    private final StringBuilder written = new StringBuilder();
    private boolean full = true;

    @Override
    public void write(int b) throws IOException {
      throw new IOException("byte by byte");
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      written.append(new String(bytes, StandardCharsets.UTF_8));
    }
  }
}
