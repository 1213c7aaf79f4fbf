package io.iambridge.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Speaks IAM's wire protocol for what reads roles and OIDC providers, and refuses all else. */
public final class IamStub implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, String[]> roles = new TreeMap<>();
  private final Map<String, List<String>> providers = new TreeMap<>();
  private final List<String> actions = new CopyOnWriteArrayList<>();
  private volatile boolean denying;

  /** Starts on loopback. */
  public IamStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** There is a role. */
  public void role(String arn, String trustPolicy) {
    roles.put(arn.substring(arn.lastIndexOf('/') + 1), new String[] {arn, trustPolicy});
  }

  /** There is an OIDC provider. */
  public void provider(String arn, String... audiences) {
    providers.put(arn, List.of(audiences));
  }

  /** Everything is AccessDenied from now on. */
  public void deny() {
    denying = true;
  }

  /** The actions that were asked for. */
  public List<String> actions() {
    return actions;
  }

  private void answer(HttpExchange exchange) throws IOException {
    Map<String, String> form = new HashMap<>();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    for (String pair : body.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      form.put(parts[0], URLDecoder.decode(parts[parts.length - 1], StandardCharsets.UTF_8));
    }
    String action = form.getOrDefault("Action", "");
    actions.add(action);
    // IAM has one region in a partition, and takes signatures for that alone.
    if (!exchange
        .getRequestHeaders()
        .getOrDefault("Authorization", List.of(""))
        .getFirst()
        .contains("/us-east-1/iam/")) {
      error(exchange, 403, "SignatureDoesNotMatch");
      return;
    }
    if (denying) {
      error(exchange, 403, "AccessDenied");
      return;
    }
    switch (action) {
      case "GetRole" -> role(exchange, form.getOrDefault("RoleName", ""));
      case "ListOpenIDConnectProviders" -> {
        StringBuilder list = new StringBuilder("<OpenIDConnectProviderList>");
        providers
            .keySet()
            .forEach(arn -> list.append("<member><Arn>").append(arn).append("</Arn></member>"));
        send(exchange, 200, result(action, list.append("</OpenIDConnectProviderList>").toString()));
      }
      case "GetOpenIDConnectProvider" -> {
        StringBuilder list = new StringBuilder("<ClientIDList>");
        providers
            .getOrDefault(form.get("OpenIDConnectProviderArn"), List.of())
            .forEach(audience -> list.append("<member>").append(audience).append("</member>"));
        send(exchange, 200, result(action, list.append("</ClientIDList>").toString()));
      }
      default -> error(exchange, 400, "InvalidAction");
    }
  }

  private void role(HttpExchange exchange, String name) throws IOException {
    String[] role = roles.get(name);
    if (role == null) {
      error(exchange, 404, "NoSuchEntity");
      return;
    }
    // RFC 3986, as IAM does: a space is %20 and a plus %2B.
    String document = URLEncoder.encode(role[1], StandardCharsets.UTF_8).replace("+", "%20");
    send(
        exchange,
        200,
        result(
            "GetRole",
            "<Role><RoleName>%s</RoleName><Arn>%s</Arn><AssumeRolePolicyDocument>%s</AssumeRolePolicyDocument></Role>"
                .formatted(name, role[0], document)));
  }

  private static String result(String action, String inner) {
    return "<%1$sResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><%1$sResult>%2$s</%1$sResult></%1$sResponse>"
        .formatted(action, inner);
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    send(
        exchange,
        status,
        "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>"
            .formatted(code));
  }

  private static void send(HttpExchange exchange, int status, String xml) throws IOException {
    byte[] body = xml.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/xml");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
