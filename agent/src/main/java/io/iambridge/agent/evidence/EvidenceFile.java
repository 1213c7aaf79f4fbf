package io.iambridge.agent.evidence;

import io.iambridge.proto.v1.ReportEvidenceRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Batches that no server has answered, in a file of the node, so that they outlive a restart. */
public final class EvidenceFile {
  static final String NAME = "evidence.batches";

  /** Some ten batches are left at worst; a file that is larger is not ours. */
  static final int MOST_BYTES = 4 * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(EvidenceFile.class);
  private static final String OWNER_ONLY = "rw-------";

  private final Path file;

  /** In the directory that --state-dir names. */
  public EvidenceFile(Path directory) {
    this.file = directory.resolve(NAME);
  }

  /** What was left, the oldest first; nothing when it cannot be read. */
  List<ReportEvidenceRequest> read() {
    List<ReportEvidenceRequest> batches = new ArrayList<>();
    try (InputStream bytes = Files.newInputStream(file)) {
      // Never more than we wrote, whatever is there.
      InputStream whole = new ByteArrayInputStream(bytes.readNBytes(MOST_BYTES));
      for (ReportEvidenceRequest batch = next(whole); batch != null; batch = next(whole)) {
        batches.add(batch);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("No evidence was left over in {}", file);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("cause", e.toString())
          .log("What was left of the evidence cannot be read: it is lost");
    }
    return batches;
  }

  private static @Nullable ReportEvidenceRequest next(InputStream bytes) throws IOException {
    return ReportEvidenceRequest.parseDelimitedFrom(bytes);
  }

  /** Writes what is left, all or nothing; without batches there is no file. */
  void write(List<ReportEvidenceRequest> batches) throws IOException {
    if (batches.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ReportEvidenceRequest batch : batches) {
      batch.writeDelimitedTo(bytes);
    }
    if (bytes.size() > MOST_BYTES) {
      throw new IOException(bytes.size() + " bytes of evidence are too many");
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path temporary = file.resolveSibling(NAME + ".new");
    Files.deleteIfExists(temporary);
    try (var channel =
        Files.newByteChannel(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)))) {
      ByteBuffer left = ByteBuffer.wrap(bytes.toByteArray());
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
