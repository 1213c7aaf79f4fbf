package io.iambridge.server.evidence;

import io.iambridge.server.cluster.Workload;
import java.util.List;

/**
 * What one batch of an agent says of one namespace.
 *
 * @param batch its name
 * @param rows its calls
 */
public record Report(BatchName batch, List<Row> rows) {
  public Report {
    rows = List.copyOf(rows);
  }

  /** Calls of a workload's pods that are alike; {@code calls} has one day. */
  public record Row(Workload workload, String serviceAccount, Calls calls) {}
}
