package io.iambridge.sandbox.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What sandbox/lab/clients/install has left. */
public final class InstalledClients {
  private static final String NOT_TRIED = "sandbox/lab/clients/install has not been run";

  private final List<SdkClient> clients;
  private final Path folder;

  private InstalledClients(List<SdkClient> clients, Path folder) {
    this.clients = List.copyOf(clients);
    this.folder = folder.toAbsolutePath().normalize();
  }

  /** Reads the list; the clients are in the folder. */
  public static InstalledClients read(Path list, Path folder) throws IOException {
    return new InstalledClients(SdkClient.parse(Files.readAllLines(list)), folder);
  }

  /** Those that can be run. */
  public List<SdkClient> present() {
    return clients.stream().filter(client -> Files.isExecutable(program(client))).toList();
  }

  /** Takes STS's endpoint and region. */
  public Path program(SdkClient client) {
    return folder.resolve(client.id()).resolve("run");
  }

  /** Why the others cannot be run. */
  public Map<SdkClient, String> missing() throws IOException {
    Map<SdkClient, String> missing = new LinkedHashMap<>();
    for (SdkClient client : clients) {
      Path reason = folder.resolve(client.id()).resolve("failed");
      if (!Files.isExecutable(program(client))) {
        missing.put(client, Files.exists(reason) ? Files.readString(reason).strip() : NOT_TRIED);
      }
    }
    return missing;
  }
}
