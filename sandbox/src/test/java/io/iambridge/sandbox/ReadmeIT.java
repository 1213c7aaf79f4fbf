package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.Gets;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The README tells of every flag and metric, and of no other. */
final class ReadmeIT {
  private static final Path AGENT = Path.of("../agent/target/iambridge-agent.jar");
  private static final Path SERVER = Path.of("../server/target/iambridge-server.jar");
  private static final Pattern FLAG = Pattern.compile("--[a-z][a-z0-9-]*");
  private static final Pattern METRIC = Pattern.compile("iambridge_(?:agent|server)_[a-z_]+");

  /** An option begins its line; a description that goes on is further to the right. */
  private static final Pattern OPTION =
      Pattern.compile("^ {2,6}(?:-\\w, )?(--[a-z].*)$", Pattern.MULTILINE);

  /** Every program has them. */
  private static final Set<String> USUAL = Set.of("--help", "--version");

  @Test
  void everyFlagOfTheAgentIsToldAndNoOther() throws Exception {
    Set<String> flags = flagsOf(AGENT);
    flags.addAll(flagsOf(AGENT, "iptables"));
    assertSame(flags, section("Flags of the agent"));
  }

  @Test
  void everyFlagOfTheServerIsToldAndNoOther() throws Exception {
    Set<String> flags = flagsOf(SERVER);
    flags.addAll(flagsOf(SERVER, "health"));
    assertSame(flags, section("Flags of the server"));
  }

  @Test
  void everyFlagOfTheMigrationsCommandsIsTold() throws Exception {
    Set<String> flags = flagsOf(SERVER, "migration", "status");
    flags.addAll(flagsOf(SERVER, "migration", "rehearse"));
    assertThat(found(FLAG, section("The migration's state")))
        .hasSizeGreaterThan(10)
        .containsAll(flags);
    assertThat(found(FLAG, section("Plans of a migration")))
        .hasSizeGreaterThan(10)
        .containsAll(flagsOf(SERVER, "migration", "plan"));
  }

  private static void assertSame(Set<String> flags, String section) {
    assertThat(found(FLAG, section)).hasSizeGreaterThan(20).isEqualTo(flags);
  }

  @Test
  void everyMetricIsToldAndNoOther() throws Exception {
    Set<String> told = found(METRIC, section("Metrics"));
    Set<String> names = constants("io.iambridge.agent.metrics.MetricNames");
    names.addAll(constants("io.iambridge.server.metrics.MetricNames"));
    assertThat(told).hasSizeGreaterThan(20).isEqualTo(names);
  }

  @Test
  void everyMetricThatIsServedIsTold() throws Exception {
    Set<String> served = new TreeSet<>();
    try (Sandbox sandbox = Sandbox.start(SandboxPorts.FREE)) {
      DemoCluster.create(sandbox);
      Awaitility.await()
          .atMost(Programs.PATIENCE)
          .until(() ->
              Gets.at(sandbox, "127.0.0.11").status() == 200
                  && Gets.at(sandbox, "127.0.0.16").status() == 403);
      served.addAll(families(sandbox.agent().adminPort()));
      served.addAll(families(sandbox.server().adminPort()));
    }
    // Those with labels are served once something has been counted.
    assertThat(served).hasSizeGreaterThan(20);
    assertThat(found(METRIC, section("Metrics"))).containsAll(served);
  }

  private static Set<String> families(int port) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
      String body =
          client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
      return body.lines()
          .filter(line -> line.startsWith("# TYPE iambridge_"))
          .map(line -> line.replaceFirst("# TYPE (\\S+) .*", "$1"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Set<String> constants(String type) throws ReflectiveOperationException {
    Set<String> names = new TreeSet<>();
    for (Field field : Class.forName(type).getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && !field.getName().equals("PREFIX")) {
        field.setAccessible(true);
        names.add((String) field.get(null));
      }
    }
    return names;
  }

  private static Set<String> flagsOf(Path jar, String... command) throws Exception {
    List<String> line =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    jar.toString()),
                Stream.concat(Arrays.stream(command), Stream.of("--help")))
            .toList();
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String help =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .replace("[no-]", "");
    assertThat(process.waitFor()).as(help).isZero();
    Set<String> flags = new TreeSet<>();
    for (MatchResult option : OPTION.matcher(help).results().toList()) {
      // Names stand before the description, which is two blanks away.
      flags.addAll(found(FLAG, option.group(1).split(" {2,}", 2)[0]));
    }
    flags.removeAll(USUAL);
    return flags;
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String section(String heading) throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    String from = readme.split("\n## " + heading + "\n", 2)[1];
    return from.split("\n## ", 2)[0];
  }
}
