package io.iambridge.server.cli;

import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.StoreException;
import java.util.Map;

/** Where statuses are read. */
public interface StatusSource extends AutoCloseable {
  /** Of all namespaces. */
  Map<String, MigrationStatus> all() throws StoreException;

  /** Of one namespace, if it has one; needs no right in others. */
  Map<String, MigrationStatus> of(String namespace) throws StoreException;

  @Override
  void close();

  /** Opens one. */
  @FunctionalInterface
  interface Opener {
    /**
     * Opens one; nothing is sent yet.
     *
     * @param kubeconfig a file, or empty for the service account of the pod we run in
     */
    StatusSource open(String kubeconfig);
  }
}
