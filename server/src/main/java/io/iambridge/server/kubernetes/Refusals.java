package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;

/** What the API server means when it refuses to write an object of a namespace. */
final class Refusals {
  private static final int BAD_REQUEST = HttpURLConnection.HTTP_BAD_REQUEST;
  private static final int TOO_LARGE = HttpURLConnection.HTTP_ENTITY_TOO_LARGE;
  private static final int UNPROCESSABLE = 422;

  // k8s.io/api/core/v1, NamespaceTerminatingCause.
  private static final String TERMINATING = "NamespaceTerminating";

  // etcd, api/v3rpc/rpctypes, ErrGRPCRequestTooLarge; the API server passes it on as an HTTP 500.
  private static final String ETCD_TOO_LARGE = "request is too large";

  private Refusals() {}

  /** There is no such namespace any more, or it is about to go. */
  static boolean isNamespaceGone(KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          details(e).map(StatusDetails::getKind).equals(Optional.of("namespaces"));
      case HttpURLConnection.HTTP_FORBIDDEN ->
          details(e).map(StatusDetails::getCauses).orElse(List.of()).stream()
              .map(StatusCause::getReason)
              .anyMatch(TERMINATING::equals);
      default -> false;
    };
  }

  /** There is no such object any more, while its kind and its namespace are there. */
  static boolean isObjectGone(KubernetesClientException e, String name) {
    return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
        && details(e).map(StatusDetails::getName).equals(Optional.of(name))
        && !isNamespaceGone(e);
  }

  /** This very object is refused, and will be again. */
  static boolean isOfTheObject(KubernetesClientException e) {
    return switch (e.getCode()) {
      case BAD_REQUEST, TOO_LARGE, UNPROCESSABLE -> true;
      case HttpURLConnection.HTTP_INTERNAL_ERROR ->
          Optional.ofNullable(e.getStatus())
              .map(Status::getMessage)
              .filter(message -> message.contains(ETCD_TOO_LARGE))
              .isPresent();
      default -> false;
    };
  }

  private static Optional<StatusDetails> details(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus()).map(Status::getDetails);
  }
}
