package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.EvidenceStore.Outcome;
import io.iambridge.server.evidence.EvidenceStoreException;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusObjectsTest {
  private static final MigrationStatus STATUS =
      new MigrationStatus(
          "kiam", "irsa", 1, 1, "-", false, 0, "", "", "", List.of(), List.of(), List.of(), 0, 0);

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private volatile int code = 200;
  private volatile String answer = "";
  private HttpServer api;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String version = body.replaceAll("(?s).*\"resourceVersion\":\"([^\"]*)\".*", "@$1");
          asked.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI().getPath().replaceFirst("^/apis/[^/]*/[^/]*", "")
                  + (version.startsWith("@") ? version : ""));
          byte[] sent = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(code, sent.length);
          exchange.getResponseBody().write(sent);
          exchange.close();
        });
    api.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .build())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    api.stop(0);
  }

  @Test
  void aStatusIsWrittenWithTheVersionThatWasRead() throws Exception {
    answer =
        """
        {"kind":"Migration","apiVersion":"migrations.iambridge.io/v1alpha1",
         "metadata":{"name":"iambridge","namespace":"shop","resourceVersion":"7"}}
        """;
    MigrationObjects objects = new MigrationObjects(client);
    assertThat(objects.put("shop", STATUS, "5")).isEqualTo("7");
    assertThat(objects.put("shop", STATUS, "")).isEqualTo("7");
    assertThat(asked)
        .containsExactly(
            "PUT /namespaces/shop/migrations/iambridge/status@5",
            "POST /namespaces/shop/migrations",
            "PUT /namespaces/shop/migrations/iambridge/status@7");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          404, namespaces, shop, -, no, GONE, GONE
          403, -, -, NamespaceTerminating, no, GONE, GONE
          404, migrations, iambridge, -, no, CONFLICT, CONFLICT
          409, migrations, iambridge, -, no, CONFLICT, CONFLICT
          413, -, -, -, no, NAMESPACE, lasting
          422, migrations, iambridge, FieldValueInvalid, no, NAMESPACE, lasting
          500, -, -, -, etcdserver: request is too large, NAMESPACE, lasting
          403, migrations, iambridge, -, no, ALL, again
          404, -, -, -, the server could not find the requested resource, ALL, again
          500, -, -, -, no, ALL, again
          503, -, -, -, no, ALL, again
          """)
  void whatIsRefusedIsToldApart(
      int code, String kind, String name, String cause, String message, String trouble, String of) {
    this.code = code;
    answer =
        """
        {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"message":"%s",
         "details":{"name":"%s","kind":"%s","causes":[{"reason":"%s"}]}}
        """
            .formatted(code, message, name, kind, cause);
    StoreException failure =
        catchThrowableOfType(
            StoreException.class, () -> new MigrationObjects(client).put("shop", STATUS, "5"));
    assertThat(failure.trouble()).hasToString(trouble);
    assertThat(evidence()).isEqualTo(of);
  }

  private String evidence() {
    try {
      Outcome outcome = new EvidenceObjects(client).write("shop", EvidenceStatus.EMPTY, "5");
      return outcome.toString();
    } catch (EvidenceStoreException e) {
      return e.lasting() ? "lasting" : "again";
    }
  }
}
