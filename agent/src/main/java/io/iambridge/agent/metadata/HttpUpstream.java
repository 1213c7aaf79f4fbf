package io.iambridge.agent.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.iambridge.common.cli.HostPort;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@link Upstream} by the JDK's client: no proxy, no redirect, nothing of a pod's request but the
 * path, which has been made anew.
 */
final class HttpUpstream implements Upstream, AutoCloseable {
  private static final String TOKEN = "X-aws-ec2-metadata-token";
  private static final int MOST_BODY_BYTES = 64 * 1024;

  private final String base;
  private final Duration deadline;
  private final ExecutorService threads;
  private final HttpClient client;

  /**
   * Nothing is sent yet.
   *
   * @param deadline for connecting and for each answer
   */
  HttpUpstream(HostPort address, Duration deadline) {
    this.base = "http://" + address;
    this.deadline = deadline;
    this.threads =
        Executors.newFixedThreadPool(
            2, Thread.ofPlatform().daemon().name("metadata-", 0).factory());
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(ProxySelector.of(null))
            .connectTimeout(deadline)
            .executor(threads)
            .build();
  }

  @Override
  public CompletableFuture<Reply> createToken(int ttlSeconds) {
    return send(
        request("/latest/api/token")
            .PUT(BodyPublishers.noBody())
            .header(TOKEN + "-ttl-seconds", Integer.toString(ttlSeconds)));
  }

  @Override
  public CompletableFuture<Reply> get(MetadataPath path, @Nullable String token) {
    HttpRequest.Builder request = request(path.value()).GET();
    if (token != null) {
      request.header(TOKEN, token);
    }
    return send(request);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(deadline)
        .header("User-Agent", "iambridge-agent");
  }

  private CompletableFuture<Reply> send(HttpRequest.Builder request) {
    CompletableFuture<HttpResponse<String>> sent =
        client.sendAsync(
            request.build(),
            BodyHandlers.limiting(BodyHandlers.ofString(ISO_8859_1), MOST_BODY_BYTES));
    // The request's own timeout ends with the headers; this one is for the body, too.
    CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS, threads)
        .execute(() -> sent.cancel(/* mayInterruptIfRunning= */ true));
    return sent.thenApply(HttpUpstream::reply);
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body());
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
