package io.iambridge.server.migration;

import java.util.Map;
import java.util.Optional;

/** Where statuses are kept: the Kubernetes API. */
public interface MigrationStore {
  /**
   * What is kept of a namespace.
   *
   * @param status empty when whoever made the object did not get so far
   * @param version for {@link #put}
   */
  record Kept(Optional<MigrationStatus> status, String version) {}

  /** All that are kept, by namespace. */
  Map<String, Kept> list() throws StoreException;

  /**
   * Keeps one, in place of the one that was read: of two writers one has to read anew.
   *
   * @param version of that one; empty when there was none
   * @return the version of this one
   */
  String put(String namespace, MigrationStatus status, String version) throws StoreException;

  /** Deletes one, if it is there. */
  void delete(String namespace) throws StoreException;
}
