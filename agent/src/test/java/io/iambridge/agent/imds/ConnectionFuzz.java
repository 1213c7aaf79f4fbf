package io.iambridge.agent.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.callers.BindingListener;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.credentials.FetchResult.Fetched;
import io.iambridge.agent.credentials.RenewalPolicy;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.EmbeddedConnection;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.HttpService;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.MetadataConfig;
import io.iambridge.agent.metadata.TrueMetadata;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.netty.handler.codec.http.HttpHeaders;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes of a connection, through decoder, handler and the metadata service of a bound pod. Each
 * request gets one answer or the connection ends; how the network cuts the bytes changes nothing;
 * no request is framed in a way that somebody else could frame otherwise; credentials go to plain
 * paths only.
 */
public final class ConnectionFuzz {
  private static final String SECRET = "the-secret-key";
  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.1 ([0-9]{3}) [^\r\n]+\r\n(?:[A-Za-z0-9-]+: [^\r\n]+\r\n)*?"
              + "Content-Length: ([0-9]+)\r\n(?:[A-Za-z0-9-]+: [^\r\n]+\r\n)*\r\n");
  private static final HttpService SERVICE = boundPod();

  private ConnectionFuzz() {}

  /** The first byte says how the rest, which is what the pod sends, is cut into pieces. */
  public static void run(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    Pod whole = new Pod(/* late= */ false);
    whole.send(bytes, bytes.length);
    Pod pieces = new Pod(/* late= */ true);
    pieces.send(bytes, Math.max(1, Byte.toUnsignedInt(input[0]) & 0x3f));
    assertThat(pieces.received).as("in pieces, and answered late").isEqualTo(whole.received);
  }

  /** A pod that sends bytes, and what it sees. */
  private static final class Pod {
    private final boolean late;
    private final List<Exchange> asked = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private String received = "";

    Pod(boolean late) {
      this.late = late;
    }

    void send(byte[] bytes, int piece) {
      try (EmbeddedConnection connection = new EmbeddedConnection(this::serve)) {
        for (int at = 0; at < bytes.length; at += piece) {
          connection.send(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length)));
          while (!held.isEmpty()) {
            assertThat(held).as("one request at a time").hasSize(1);
            held.removeFirst().run();
          }
        }
        received = connection.send(new byte[0]).received();
        check(connection.isOpen());
      }
    }

    private void serve(Exchange exchange) {
      asked.add(exchange);
      SERVICE.serve(late ? new Late(exchange, held) : exchange);
    }

    private void check(boolean open) {
      int answers = 0;
      boolean last = false;
      Matcher head = HEAD.matcher(received);
      for (int at = 0; at < received.length(); answers++) {
        assertThat(last).as("nothing follows the last answer").isFalse();
        assertThat(head.region(at, received.length()).lookingAt()).as(received).isTrue();
        boolean refusal = answers >= asked.size();
        int status = Integer.parseInt(head.group(1));
        assertThat(status).as("no defect").isNotEqualTo(500);
        last = head.group().contains("\r\nConnection: close\r\n");
        int length = Integer.parseInt(head.group(2));
        boolean bodiless = !refusal && asked.get(answers).method().equals("HEAD");
        at = head.end() + (bodiless ? 0 : length);
        assertThat(at).as("a whole body").isLessThanOrEqualTo(received.length());
        String body = received.substring(head.end(), at);
        if (refusal) {
          assertThat(status).as("a refusal").isIn(400, 413, 414, 417, 431, 501);
          assertThat(last).as("a refusal ends the connection").isTrue();
        } else if (body.contains(SECRET)) {
          RequestFuzz.assertPlain(asked.get(answers).target());
        }
      }
      assertThat(answers).as("answers").isIn(asked.size(), asked.size() + 1);
      assertThat(open && last).as("open after the last answer").isFalse();
      asked.forEach(exchange -> assertFramedInOneWay(exchange.headers()));
    }
  }

  /** RFC 9112, 6.1 and 6.3: what a proxy before us could read as another request. */
  private static void assertFramedInOneWay(HttpHeaders headers) {
    List<String> lengths = headers.getAll("Content-Length");
    List<String> encodings = headers.getAll("Transfer-Encoding");
    assertThat(lengths.isEmpty() || encodings.isEmpty()).as("both: " + headers).isTrue();
    assertThat(lengths).hasSizeLessThanOrEqualTo(1).allMatch(length -> length.matches("[0-9]+"));
    assertThat(encodings)
        .hasSizeLessThanOrEqualTo(1)
        .allMatch(encoding -> encoding.equalsIgnoreCase("chunked"));
  }

  private static final class Late implements Exchange {
    private final Exchange exchange;
    private final List<Runnable> held;

    Late(Exchange exchange, List<Runnable> held) {
      this.exchange = exchange;
      this.held = held;
    }

    @Override
    public String method() {
      return exchange.method();
    }

    @Override
    public String target() {
      return exchange.target();
    }

    @Override
    public HttpHeaders headers() {
      return exchange.headers();
    }

    @Override
    public InetAddress peer() {
      return exchange.peer();
    }

    @Override
    public InetAddress local() {
      return exchange.local();
    }

    @Override
    public void respond(Route route, Response response) {
      held.add(() -> exchange.respond(route, response));
    }
  }

  private static HttpService boundPod() {
    FakeClock clock = new FakeClock(Instant.parse("2026-11-22T06:00:00Z"));
    ManualScheduler state = new ManualScheduler(clock);
    AgentMetrics metrics = new PrometheusAgentMetrics(new PrometheusRegistry(), "test");
    Credentials credentials =
        new Credentials(
            "ASIAEXAMPLE",
            SECRET,
            "token",
            clock.instant(),
            clock.instant().plus(Duration.ofHours(1)));
    CredentialsCache<Response> cache =
        new CredentialsCache<>(
            (_, _, answer) -> answer.accept(new Fetched(credentials)),
            Documents::credentials,
            new RenewalPolicy(),
            clock,
            new Random(1),
            state,
            metrics);
    Callers callers =
        new Callers(
            new BindingListener() {
              @Override
              public void bound(Binding binding, String podUid) {
                cache.add(binding.session(), podUid);
              }

              @Override
              public void unbound(Binding binding, String podUid) {
                cache.remove(binding.session(), podUid);
              }
            },
            state,
            clock,
            metrics);
    callers.put(
        EmbeddedConnection.PEER,
        new Known(
            "uid-1",
            "default",
            "pod-1",
            new Binding("arn:aws:iam::123456789012:role/team/app", "session")));
    state.runDue();
    return new ImdsService(
        callers,
        cache,
        SessionTokens.withKeyIn(Path.of("/dev/null/none"), new SecureRandom()),
        AllowedRoutes.NONE,
        TrueMetadata.at(MetadataConfig.NONE, clock, metrics),
        new Readiness() {
          @Override
          public Optional<String> notReady() {
            return Optional.empty();
          }

          @Override
          public Optional<String> notConnected() {
            return Optional.empty();
          }
        },
        new ImdsService.Settings(/* tokenRequired= */ false, Duration.ZERO),
        clock,
        metrics,
        CallListener.NONE);
  }
}
