package io.iambridge.server.cli;

import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Target;
import io.iambridge.server.rehearsal.Trial;
import java.util.List;
import java.util.Optional;

/** Makes trials on demand, in this process. */
public interface Rehearsals extends AutoCloseable {
  /**
   * What is to be tried of a namespace, in whatever mode it is; empty when there is no such
   * namespace.
   *
   * @param target the one to try; empty for the one that the namespace moves to
   */
  Optional<List<Trial>> trials(String namespace, Optional<Target> target);

  /** Makes one; blocks. */
  Rehearsed make(Trial trial);

  @Override
  void close();
}
