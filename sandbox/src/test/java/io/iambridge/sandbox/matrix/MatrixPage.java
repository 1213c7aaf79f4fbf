package io.iambridge.sandbox.matrix;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** docs/sdk-matrix.md: what every client did, and which there were not. */
public final class MatrixPage {
  private static final String HEAD =
      """
      # The SDK matrix

      Written by the lab's run (`mvn verify -Plab`) of DAY. Real clients, unmodified and with no endpoint variable for the metadata
      service, each in a pod of its own with a role of its own: they find credentials by their own chain at the addresses that pods really
      ask, and sign GetCallerIdentity with them. *ok* means that STS named the role of that very pod.

      - *Requests* is all that the agent was asked while the client ran, by the agent's own count.
      - *Time* goes from the moment the client asks its provider for the first time until it has credentials, by the client's
        own clock: one run, with whatever the SDK loads in between, on a machine that did other things too. It is no measure of the agent.
      - Where the agent runs with `--imds-v1=deny`, clients of v2 are to get their role too, and those of v1 401
        and nothing else: that is a test of its own in the lab (SdkMatrixWithoutV1LabIT), not part of this table.
      - boto 2, Java 1.7.4, Ruby 1 and minio-go do not know GetCallerIdentity, and the registry has no STS client of Java 2.0.0 and 2.10.10: there
        the SDK's own signer signs a plain request. s3cmd signs for S3 only, so botocore signs with its credentials. botocore 1.13 is shown names
        that Python has dropped since.
      - The versions, the programs around them and their installer are in [sandbox/lab/clients](../sandbox/lab/clients/clients.list).

      """;
  private static final String MISSING =
      """

      Not in this run, because it could not be installed:

      """;

  private MatrixPage() {}

  /**
   * Writes the page.
   *
   * @param missing why, by client
   */
  public static String of(LocalDate day, List<Outcome> outcomes, Map<SdkClient, String> missing) {
    Stream<String> rows = outcomes.stream().map(MatrixPage::row);
    String page =
        HEAD.replace("DAY", day.toString())
            + table(
                List.of("client", "version", "way", "requests", "time", "IMDS", "result"), rows);
    return missing.isEmpty() ? page : page + MISSING + missing(missing);
  }

  private static String missing(Map<SdkClient, String> missing) {
    return table(
        List.of("client", "version", "from", "reason"),
        missing.entrySet().stream()
            .map(entry -> {
              SdkClient client = entry.getKey();
              return line(
                  List.of(client.name(), client.version(), client.registry(), entry.getValue()));
            }));
  }

  private static String row(Outcome outcome) {
    Said said = outcome.said();
    return line(
        List.of(
            outcome.client().name(),
            outcome.client().version(),
            outcome.way() == Way.POD_IDENTITY ? "169.254.170.23" : "169.254.169.254",
            outcome.sent().text(),
            said.millis().map(millis -> Math.round(millis) + " ms").orElse("–"),
            outcome.sent().version(),
            outcome.good() ? "ok" : "**" + trouble(said) + "**"));
  }

  private static String trouble(Said said) {
    return said.arn().map(arn -> "is " + arn).or(said::error).orElse("says nothing");
  }

  private static String table(List<String> columns, Stream<String> rows) {
    return line(columns)
        + columns.stream().map(_ -> "---").collect(Collectors.joining("|", "|", "|\n"))
        + rows.collect(Collectors.joining());
  }

  private static String line(List<String> cells) {
    return cells.stream().map(MatrixPage::cell).collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String cell(String text) {
    return text.replaceAll("\\s+", " ").replace("|", "\\|");
  }
}
