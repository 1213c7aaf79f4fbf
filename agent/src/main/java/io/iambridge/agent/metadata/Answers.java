package io.iambridge.agent.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.iambridge.agent.http.Response;
import io.iambridge.agent.metadata.Answer.Found;
import io.iambridge.agent.metadata.Answer.Missing;
import io.iambridge.agent.metadata.Answer.Unavailable;
import io.iambridge.agent.metadata.Upstream.Reply;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** From what the true metadata service says to what a pod is told. */
final class Answers {
  private static final Pattern CONTENT_TYPE =
      Pattern.compile(
          "[a-zA-Z0-9.+-]{1,60}/[a-zA-Z0-9.+-]{1,60}(?:; ?charset=[a-zA-Z0-9-]{1,30})?");
  private static final Response MISSING =
      Response.text(404, "the metadata service has nothing here").buildShared();

  private Answers() {}

  /** 401 must have been dealt with before. */
  static Answer read(Reply reply) {
    return switch (reply.status()) {
      case 200 -> new Found(document(reply));
      case 404 -> new Missing();
      default -> new Unavailable("the metadata service answers " + reply.status());
    };
  }

  private static Response document(Reply reply) {
    return Response.of(200, contentType(reply), reply.body().getBytes(ISO_8859_1))
        .header("Server", "EC2ws")
        .header("Accept-Ranges", "none")
        .buildShared();
  }

  private static String contentType(Reply reply) {
    return CONTENT_TYPE.matcher(reply.contentType()).matches()
        ? reply.contentType()
        : "application/octet-stream";
  }

  static Answer read(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new Unavailable(
        switch (cause) {
          case MetadataTrouble trouble -> String.valueOf(trouble.getMessage());
          case TimeoutException _, CancellationException _, HttpTimeoutException _ ->
              "the metadata service does not answer in time";
          case ConnectException _ -> "the metadata service cannot be connected to";
          // No message: it may quote what came over the wire.
          default ->
              "the metadata service cannot be asked (" + cause.getClass().getSimpleName() + ")";
        });
  }

  static Response response(Answer answer) {
    return switch (answer) {
      case Found(var response) -> response;
      case Missing _ -> MISSING;
      case Unavailable(var why) -> Response.text(503, why).header("Retry-After", "1").build();
    };
  }
}
