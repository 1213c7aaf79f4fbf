package io.iambridge.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Kubernetes API for what the usual mock server cannot do: it lists in pages, cuts watches while
 * objects vanish, forgets old versions (410 Gone), and fails on demand.
 */
public final class ApiStub implements AutoCloseable {
  private static final Pattern LIMIT = Pattern.compile("limit=([0-9]+)");
  private static final Pattern CONTINUE = Pattern.compile("continue=([0-9]+)");
  private static final Pattern VERSION = Pattern.compile("resourceVersion=([0-9]+)");
  private static final String END = "end";
  private static final String GONE =
      """
      {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","code":410,"reason":"Expired",\
      "status":"Failure","message":"too old resource version"}}\
      """;

  private final HttpServer server;
  private final Map<String, Map<String, HasMetadata>> objects = new TreeMap<>();
  private final Map<String, List<BlockingQueue<String>>> watches = new TreeMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private static final String ALL = "*";

  private long version = 1;
  private long oldest;
  private volatile String failing = "";

  /** Starts on loopback. */
  public ApiStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** Every path and query asked for. */
  public List<String> requests() {
    return requests;
  }

  /** From now on every request is answered 503, or no longer. */
  public void failing(boolean fail) {
    failing = fail ? ALL : "";
  }

  /** From now on every request of this kind, as in paths, is answered 503. */
  public void failing(String plural) {
    failing = plural;
  }

  /**
   * Adds or replaces an object.
   *
   * @param plural its kind's name in paths: {@code pods}
   */
  public synchronized void put(String plural, HasMetadata object) {
    object.getMetadata().setResourceVersion(String.valueOf(++version));
    boolean existed = of(plural).put(object.getMetadata().getUid(), object) != null;
    tell(plural, existed ? "MODIFIED" : "ADDED", object);
  }

  /** Deletes an object; watches that are open hear of it. */
  public synchronized void delete(String plural, String uid) {
    HasMetadata gone = of(plural).remove(uid);
    if (gone != null) {
      gone.getMetadata().setResourceVersion(String.valueOf(++version));
      tell(plural, "DELETED", gone);
    }
  }

  /** Deletes an object while nobody is told, as happens during a gap. */
  public synchronized void vanish(String plural, String uid) {
    of(plural).remove(uid);
    version++;
  }

  /** Cuts every watch of the kind, and forgets all versions before the present one. */
  public synchronized void gone(String plural) {
    oldest = ++version;
    send(plural, END);
  }

  /** How many watches of the kind are open. */
  public synchronized int watches(String plural) {
    return watches.getOrDefault(plural, List.of()).size();
  }

  private Map<String, HasMetadata> of(String plural) {
    return objects.computeIfAbsent(plural, key -> new TreeMap<>());
  }

  private void tell(String plural, String type, HasMetadata object) {
    send(plural, "{\"type\":\"" + type + "\",\"object\":" + Serialization.asJson(object) + "}");
  }

  private synchronized void send(String plural, String line) {
    watches.getOrDefault(plural, List.of()).forEach(watch -> watch.add(line));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    requests.add(path + "?" + query);
    String plural = path.substring(path.lastIndexOf('/') + 1);
    if (failing.equals(ALL) || failing.equals(plural)) {
      respond(exchange, 503, "{}");
    } else if (query.contains("watch=true")) {
      watch(exchange, plural, number(VERSION, query, 0));
    } else {
      respond(exchange, 200, list(plural, query));
    }
  }

  private synchronized String list(String plural, String query) {
    List<HasMetadata> all = new ArrayList<>(of(plural).values());
    int from = number(CONTINUE, query, 0);
    int to = Math.min(all.size(), from + number(LIMIT, query, all.size()));
    String more = to < all.size() ? ",\"continue\":\"" + to + "\"" : "";
    List<String> items = all.subList(from, to).stream().map(Serialization::asJson).toList();
    return """
    {"kind":"%sList","apiVersion":"v1","metadata":{"resourceVersion":"%d"%s},"items":[%s]}\
    """
        .formatted(kind(plural), version, more, String.join(",", items));
  }

  private static String kind(String plural) {
    return switch (plural) {
      case "pods" -> "Pod";
      case "namespaces" -> "Namespace";
      default -> "ServiceAccount";
    };
  }

  private static int number(Pattern pattern, String query, int otherwise) {
    Matcher matcher = pattern.matcher(query);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
  }

  /** Lines of JSON, not a web socket. */
  private void watch(HttpExchange exchange, String plural, long from) throws IOException {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    synchronized (this) {
      if (from < oldest) {
        lines.add(GONE);
      } else {
        watches.computeIfAbsent(plural, key -> new ArrayList<>()).add(lines);
      }
    }
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 0);
      OutputStream body = exchange.getResponseBody();
      body.flush();
      for (String line = lines.take(); !line.equals(END); line = lines.take()) {
        body.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        watches.getOrDefault(plural, new ArrayList<>()).remove(lines);
      }
    }
  }

  private static void respond(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      watches.values().forEach(all -> all.forEach(watch -> watch.add(END)));
    }
    server.stop(0);
  }
}
