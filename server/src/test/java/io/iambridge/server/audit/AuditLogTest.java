package io.iambridge.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.testing.ServerFixtures;
import io.iambridge.server.testing.TargetFixtures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class AuditLogTest {
  private static final Pod POD = ServerFixtures.podWithRole("u1", "node-1", "10.0.0.1", "app");
  private static final Session SESSION =
      new Session(
          RoleArn.parse(ServerFixtures.BASE + "app"), "kiam-x", Optional.of("ext"), Map.of());

  private final FakeClock clock = new FakeClock();
  private final List<String> lines = new ArrayList<>();
  private final Map<SecurityEvent.Kind, Integer> events = new EnumMap<>(SecurityEvent.Kind.class);
  private final Map<Happening, Integer> written = new EnumMap<>(Happening.class);
  private final Audit audit =
      new AuditLog(
          lines::add,
          clock,
          new AuditCounts() {
            @Override
            public void audited(Happening happening) {
              written.merge(happening, 1, Integer::sum);
            }

            @Override
            public void securityEvent(SecurityEvent.Kind kind) {
              events.merge(kind, 1, Integer::sum);
            }
          });

  private JsonNode only() throws Exception {
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).doesNotContain("\n");
    return new JsonMapper().readTree(lines.getFirst());
  }

  private void deny(String node) {
    audit.denied(node, Optional.of(POD), "u1", Reason.STS_DENIED, "STS says no");
  }

  private void tryOtherNode(String peer) {
    audit.securityEvent(
        new SecurityEvent(SecurityEvent.Kind.OTHER_NODES_POD, "node-2", peer, "not its pod"));
  }

  @Test
  void anIssueNamesWhoGotWhatByWhichRequest() throws Exception {
    audit.issued(
        POD,
        SESSION,
        new Credentials(
            "ASIA1",
            "the-secret",
            "the-token",
            clock.instant(),
            clock.instant().plus(Duration.ofHours(1)),
            "request-1"));
    JsonNode line = only();
    assertThat(line.properties().stream().map(Map.Entry::getKey))
        .containsExactly(
            "time",
            "audit",
            "namespace",
            "pod",
            "podUid",
            "serviceAccount",
            "node",
            "role",
            "sessionName",
            "session",
            "mechanism",
            "accessKeyId",
            "stsRequestId",
            "issued",
            "expiration");
    assertThat(line.path("audit").asText()).isEqualTo("issued");
    assertThat(line.path("session").asText()).isEqualTo(SESSION.id());
    assertThat(line.path("mechanism").asText()).isEqualTo("AssumeRole");
    assertThat(line.path("stsRequestId").asText()).isEqualTo("request-1");
    assertThat(lines.getFirst()).doesNotContain("the-secret", "the-token", "\"ext\"");
    assertThat(written).containsExactly(Map.entry(Happening.ISSUED, 1));
  }

  private Credentials credentials(Mechanism.Kind mechanism) {
    return new Credentials(
        "ASIA1",
        "the-secret",
        "the-token",
        clock.instant(),
        clock.instant().plus(Duration.ofHours(1)),
        "request-1",
        mechanism,
        /* fallback= */ false);
  }

  @Test
  void mechanismIsNamedAsItsCallIsInCloudTrail() throws Exception {
    Session session = TargetFixtures.podIdentity(Optional.of(TargetFixtures.KIAM));
    audit.issued(POD, session, credentials(Mechanism.Kind.POD_IDENTITY));
    JsonNode line = only();
    assertThat(line.path("mechanism").asText()).isEqualTo("AssumeRoleForPodIdentity");
    assertThat(line.path("sessionName").asText()).isEqualTo("apps-app-1");
    assertThat(line.path("serviceAccount").asText()).isEqualTo("default");
    assertThat(line.has("fallbackFrom")).isFalse();
  }

  @Test
  void issueByAFallbackNamesWhatWasReallyGiven() throws Exception {
    Session fallback = Session.of(RoleArn.parse(ServerFixtures.BASE + "old"), "kiam-old");
    Session session = TargetFixtures.webIdentity(Optional.empty(), Optional.of(fallback));
    audit.issued(POD, session, credentials(Mechanism.Kind.ASSUME_ROLE).asFallback());
    JsonNode line = only();
    assertThat(line.path("mechanism").asText()).isEqualTo("AssumeRole");
    assertThat(line.path("fallbackFrom").asText()).isEqualTo("AssumeRoleWithWebIdentity");
    assertThat(line.path("role").asText()).isEqualTo(ServerFixtures.BASE + "old");
    assertThat(line.path("sessionName").asText()).isEqualTo("kiam-old");
    assertThat(line.path("session").asText()).isEqualTo(session.id());
  }

  @Test
  void fallbackOfAPodWithoutATargetRoleNamesWhatItHasInstead() throws Exception {
    for (int i = 0; i < 3; i++) {
      audit.fellBack(
          POD, Mechanism.Kind.WEB_IDENTITY, SESSION, Finding.NO_ROLE_ON_SERVICE_ACCOUNT, "no role");
    }
    JsonNode line = only();
    assertThat(line.properties().stream().map(Map.Entry::getKey))
        .containsExactly(
            "time",
            "audit",
            "namespace",
            "pod",
            "podUid",
            "serviceAccount",
            "node",
            "session",
            "mechanism",
            "finding",
            "message",
            "fallbackRole");
    assertThat(line.path("audit").asText()).isEqualTo("fell_back");
    assertThat(line.path("mechanism").asText()).isEqualTo("AssumeRoleWithWebIdentity");
    assertThat(line.path("fallbackRole").asText()).isEqualTo(SESSION.role().toString());
    assertThat(line.path("finding").asText()).isEqualTo("no-role-on-service-account");
  }

  @Test
  void fallbackNamesPodAccountAndFinding() throws Exception {
    Session session =
        TargetFixtures.webIdentity(Optional.empty(), Optional.of(TargetFixtures.KIAM));
    audit.fellBack(session, Finding.NO_OIDC_PROVIDER, "No OpenIDConnect provider found");
    JsonNode line = only();
    assertThat(line.properties().stream().map(Map.Entry::getKey))
        .containsExactly(
            "time",
            "audit",
            "namespace",
            "pod",
            "podUid",
            "serviceAccount",
            "role",
            "sessionName",
            "session",
            "mechanism",
            "finding",
            "message",
            "fallbackRole");
    assertThat(line.path("audit").asText()).isEqualTo("fell_back");
    assertThat(line.path("serviceAccount").asText()).isEqualTo("app");
    assertThat(line.path("mechanism").asText()).isEqualTo("AssumeRoleWithWebIdentity");
    assertThat(line.path("finding").asText()).isEqualTo("no-oidc-provider");

    audit.fellBack(session, Finding.NO_OIDC_PROVIDER, "No OpenIDConnect provider found");
    assertThat(lines).as("the same again is written once a minute").hasSize(1);
  }

  @Test
  void anAnnouncementNamesPodAndSession() throws Exception {
    audit.announced(POD, SESSION);
    JsonNode line = only();
    assertThat(line.path("audit").asText()).isEqualTo("announced");
    assertThat(line.path("podUid").asText()).isEqualTo("u1");
    assertThat(line.path("role").asText()).isEqualTo(ServerFixtures.BASE + "app");
  }

  @Test
  void theSameDenialIsWrittenOnceAMinuteWithHowOftenItHappened() {
    for (int i = 0; i < 1_000; i++) {
      deny("node-1");
    }
    assertThat(lines).hasSize(1);
    clock.advance(Repeats.PAUSE);
    deny("node-1");
    assertThat(lines).hasSize(2);
    assertThat(lines.getLast()).contains("\"unwrittenSinceLast\":999");
    deny("node-2");
    assertThat(lines).as("another node asks").hasSize(3);
  }

  @Test
  void whoeverIsNotKnownStandsAsItWasAsked() throws Exception {
    audit.denied("node-1", Optional.empty(), "\"10.0.0.9\"", Reason.TOKEN_INVALID, "not accepted");
    assertThat(only().path("about").asText()).isEqualTo("\"10.0.0.9\"");
  }

  @Test
  void everySecurityEventIsCountedAndOnePerMinuteWrittenAndLogged() {
    List<ILoggingEvent> logged =
        logged(() -> {
          for (int i = 0; i < 50; i++) {
            tryOtherNode("10.0.0.7:" + (40_000 + i));
          }
        });
    assertThat(logged)
        .singleElement()
        .satisfies(event -> {
          assertThat(event.getLevel()).isEqualTo(Level.WARN);
          assertThat(event.getFormattedMessage()).isEqualTo("Security event: not its pod");
          assertThat(event.getKeyValuePairs().stream().map(pair -> pair.key + "=" + pair.value))
              .containsExactly("kind=OTHER_NODES_POD", "node=node-2", "peer=10.0.0.7:40000");
        });
    assertThat(events).containsExactly(Map.entry(SecurityEvent.Kind.OTHER_NODES_POD, 50));
    assertThat(lines).hasSize(1);
    tryOtherNode("10.0.0.8:1");
    assertThat(lines).as("another peer").hasSize(2);
  }

  private static List<ILoggingEvent> logged(Runnable what) {
    Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try {
      what.run();
    } finally {
      logger.detachAppender(appender);
    }
    return List.copyOf(appender.list);
  }

  @Test
  void whoVariesWhatHeDoesIsWrittenTwentyTimesAMinuteAndCountedBeyond() {
    for (int i = 0; i < 1_000; i++) {
      audit.denied("node-1", Optional.empty(), "10.0." + i, Reason.TOKEN_INVALID, "made up " + i);
    }
    assertThat(lines).hasSize(Repeats.VARIANTS + 1);
    clock.advance(Repeats.PAUSE);
    for (int i = 0; i < 1_000; i++) {
      audit.denied("node-1", Optional.empty(), "again" + i, Reason.TOKEN_INVALID, "made up");
    }
    assertThat(lines).hasSize(2 * (Repeats.VARIANTS + 1));
    assertThat(lines.getLast()).contains("\"unwrittenSinceLast\":979");
    deny("node-1");
    assertThat(lines.getLast()).as("others are written").contains("STS_DENIED");
  }

  @Test
  void anotherAttemptOfOneWhoHasTriedIsWritten() {
    for (String role : List.of("app", "admin", "root")) {
      audit.denied("", Optional.of(POD), "u1", Reason.ROLE_NOT_PERMITTED, "may not have " + role);
    }
    assertThat(lines).hasSize(3);
  }

  @Test
  void whatTenantsWriteCannotBreakALine() throws Exception {
    audit.denied(
        "node-1", Optional.empty(), "a\"b\nc\u2028", Reason.INVALID_ROLE, "{\"audit\":\"issued\"}");
    assertThat(only().path("audit").asText()).isEqualTo("denied");
    assertThat(only().path("about").asText()).isEqualTo("a\"b\nc\u2028");
  }

  @ParameterizedTest
  @EnumSource(value = Reason.class, mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
  void aReasonIsADenialOrBadLuck(Reason reason) {
    assertThat(Denials.isDenial(reason))
        .isEqualTo(
            switch (reason.getNumber()) {
              case 1, 2, 3, 4, 5, 6, 7, 17, 21, 22, 32 -> true;
              default -> false;
            });
  }
}
