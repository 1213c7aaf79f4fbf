package io.iambridge.server.migration;

import java.util.Map;

/** Where statuses are kept: the Kubernetes API. */
public interface MigrationStore {
  /** All that are kept, by namespace. */
  Map<String, MigrationStatus> list() throws StoreException;

  /** Keeps one, making the object when there is none. */
  void put(String namespace, MigrationStatus status) throws StoreException;

  /** Deletes one, if it is there. */
  void delete(String namespace) throws StoreException;
}
