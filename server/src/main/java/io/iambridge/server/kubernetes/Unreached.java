package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says, to who runs a command, that the API server itself is not to be had, and why. */
public final class Unreached {
  private static final int MAX_CAUSES = 16;

  private Unreached() {}

  /** Whether nothing was answered at all: then no right and no object is what lacks. */
  public static boolean is(KubernetesClientException e) {
    return e.getCode() <= 0;
  }

  /** {@code Kubernetes at URL cannot be reached: why}, without what was sent. */
  public static String words(KubernetesClient client, KubernetesClientException e) {
    String url = client.getConfiguration().getMasterUrl();
    return "Kubernetes at %s cannot be reached: %s"
        .formatted(url.endsWith("/") ? url.substring(0, url.length() - 1) : url, why(e));
  }

  private static String why(Throwable thrown) {
    String why = thrown.getClass().getSimpleName();
    // The deepest one that says something counts. Bounded, as causes may be a circle.
    Throwable cause = thrown;
    for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
      String words = words(cause);
      why = words == null ? why : words;
      cause = cause.getCause();
    }
    return why;
  }

  private static @Nullable String words(Throwable cause) {
    return switch (cause) {
      case HttpTimeoutException _, SocketTimeoutException _, TimeoutException _ ->
          "no answer in time";
      case UnknownHostException _, UnresolvedAddressException _ -> "nobody has that name";
      case SSLException tls -> "TLS: " + tls.getMessage();
      case ConnectException connect ->
          connect.getMessage() == null ? "no connection" : connect.getMessage();
      case EOFException _, SocketException _ -> "the connection broke";
      default -> null;
    };
  }
}
