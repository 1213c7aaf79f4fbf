package io.iambridge.server.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines, each at once and whole: what is buffered is lost when a server is killed. A line
 * that cannot be written is lost, counted and complained of; pods are served all the same.
 */
public final class AuditLines implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLines.class);

  private final OutputStream out;
  private final AuditCounts counts;
  private boolean failing;

  AuditLines(OutputStream out, AuditCounts counts) {
    this.out = out;
    this.counts = counts;
  }

  /** Has the line written when it returns. */
  public synchronized void write(String line) {
    try {
      // What failed may have been written in part.
      out.write(((failing ? "\n" : "") + line + "\n").getBytes(StandardCharsets.UTF_8));
      if (failing) {
        failing = false;
        LOG.info("The audit log is written again");
      }
    } catch (IOException e) {
      counts.auditLost();
      if (!failing) {
        failing = true;
        LOG.error("The audit log (--audit-log) cannot be written, its lines are lost", e);
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.flush();
    // The standard output is not ours to close, and a stream to it has nothing else to free.
    if (!(out instanceof java.io.FileOutputStream)) {
      out.close();
    }
  }
}
