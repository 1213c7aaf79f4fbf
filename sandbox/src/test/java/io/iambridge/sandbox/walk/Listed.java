package io.iambridge.sandbox.walk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Table;
import io.iambridge.sandbox.Sandbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code kubectl get migrations -A} prints, from the table that the API server gives it. */
record Listed(Sandbox sandbox) {
  private static final JsonMapper JSON = new JsonMapper();

  String migrations() throws IOException, InterruptedException {
    JsonNode answer = answer();
    List<String> columns = new ArrayList<>(List.of("NAMESPACE"));
    for (JsonNode column : answer.path("columnDefinitions")) {
      columns.add(column.path("name").asText().toUpperCase(Locale.ROOT));
    }
    Table table = new Table(columns.toArray(String[]::new));
    for (JsonNode row : answer.path("rows")) {
      List<Cell> cells = new ArrayList<>();
      cells.add(Cell.of(row.path("object").path("metadata").path("namespace").asText()));
      row.path("cells").forEach(cell -> cells.add(Cell.of(cell.asText())));
      table.row(cells.toArray(Cell[]::new));
    }
    return String.join("\n", table.lines(/* colour= */ false));
  }

  private JsonNode answer() throws IOException, InterruptedException {
    URI list = URI.create(sandbox.kubernetes().url() + "/apis/iambridge.io/v1alpha1/migrations");
    HttpRequest request =
        HttpRequest.newBuilder(list)
            .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
    }
  }
}
