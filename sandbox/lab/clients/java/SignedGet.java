import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;
import java.util.Scanner;

/** Sends a signed GetCallerIdentity, for versions that come without a client of STS. */
final class SignedGet {
  private static final int PATIENCE_MILLIS = 10_000;

  private SignedGet() {}

  /** Asks with the headers that were signed, and answers the ARN. */
  static String arn(String endpoint, Map<String, String> headers) throws Exception {
    URI uri = URI.create(endpoint + "/?Action=GetCallerIdentity&Version=2011-06-15");
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    headers.forEach((name, value) -> {
      // Written by the connection itself, with the same value.
      if (!name.equalsIgnoreCase("Host")) {
        connection.setRequestProperty(name, value);
      }
    });
    boolean good = connection.getResponseCode() == 200;
    try (InputStream in = good ? connection.getInputStream() : connection.getErrorStream();
        Scanner scanner = new Scanner(in, "UTF-8").useDelimiter("\\A")) {
      String body = scanner.next();
      if (!good) {
        throw new IllegalStateException(body);
      }
      return body.split("<Arn>")[1].split("</Arn>")[0];
    }
  }
}
