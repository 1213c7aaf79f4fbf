package io.iambridge.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Attributes;
import io.grpc.CallCredentials.MetadataApplier;
import io.grpc.CallCredentials.RequestInfo;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.AgentServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ServerTokenTest {
  private final ManualScheduler scheduler = new ManualScheduler(new FakeClock());
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(ServerToken.class);
  private @Nullable Metadata applied;
  private Status failed = Status.OK;
  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void listen() {
    file = dir.resolve("token");
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
  }

  private @Nullable String shown(ServerToken token, SecurityLevel level) {
    applied = null;
    failed = Status.OK;
    token.applyRequestMetadata(
        new Call(level),
        Runnable::run,
        new MetadataApplier() {
          @Override
          public void apply(Metadata headers) {
            applied = headers;
          }

          @Override
          public void fail(Status status) {
            failed = status;
          }
        });
    Metadata headers = applied;
    return headers == null ? null : headers.get(WireKeys.AUTHORIZATION);
  }

  private @Nullable String shown(ServerToken token) {
    return shown(token, SecurityLevel.PRIVACY_AND_INTEGRITY);
  }

  private List<String> warnings() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void theTokenOfTheMomentIsShown() throws IOException {
    Files.writeString(file, "a.b.first\n");
    try (ServerToken token = ServerToken.read(file, scheduler)) {
      assertThat(shown(token)).isEqualTo("Bearer a.b.first");
      Files.writeString(file, "a.b.second");
      scheduler.advance(ServerToken.CHECK_INTERVAL);
      assertThat(shown(token)).isEqualTo("Bearer a.b.second");
    }
    assertThat(warnings()).isEmpty();
    assertThat(scheduler.pending()).isZero();
  }

  @Test
  void anotherTokenIsToldOfAndTheSameOneIsNot() throws IOException {
    try (ServerToken token = ServerToken.read(file, scheduler)) {
      AtomicInteger renewals = new AtomicInteger();
      token.onRenewal(renewals::incrementAndGet);
      Files.writeString(file, "a.b.first");
      scheduler.advance(ServerToken.CHECK_INTERVAL.multipliedBy(10));
      assertThat(renewals).hasValue(1);
      Files.writeString(file, "broken");
      scheduler.advance(ServerToken.CHECK_INTERVAL);
      Files.writeString(file, "a.b.first\n");
      scheduler.advance(ServerToken.CHECK_INTERVAL);
      assertThat(renewals).hasValue(1);
      token.onRenewal(() -> {
        renewals.incrementAndGet();
        assertThat(shown(token)).isEqualTo("Bearer a.b.second");
      });
      Files.writeString(file, "a.b.second");
      scheduler.advance(ServerToken.CHECK_INTERVAL.multipliedBy(10));
      assertThat(renewals).hasValue(2);
    }
  }

  @Test
  void itIsNotShownWithoutTls() throws IOException {
    Files.writeString(file, "a.b.c");
    try (ServerToken token = ServerToken.read(file, scheduler)) {
      for (SecurityLevel level : List.of(SecurityLevel.NONE, SecurityLevel.INTEGRITY)) {
        assertThat(shown(token, level)).isNull();
        assertThat(failed.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      }
    }
  }

  @Test
  void whileThereIsNoneCallsSayWhatIsMissingAndItIsUsedWhenItComes() throws IOException {
    try (ServerToken token = ServerToken.read(file, scheduler)) {
      assertThat(shown(token)).isNull();
      assertThat(failed.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(failed.getDescription())
          .contains("--server-token-file " + file, "does not exist", "iambridge-server");
      scheduler.advance(ServerToken.CHECK_INTERVAL.multipliedBy(10));
      assertThat(warnings()).singleElement().asString().contains("--server-token-file " + file);
      Files.writeString(file, "a.b.c");
      scheduler.advance(ServerToken.CHECK_INTERVAL);
      assertThat(shown(token)).isEqualTo("Bearer a.b.c");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sec-ret", "a.b.sec-ret\nX: y", "a.b.sec ret", "LONG"})
  void aBrokenFileLeavesTheLastTokenAndIsSaidOnce(String broken) throws IOException {
    Files.writeString(file, "a.b.first");
    try (ServerToken token = ServerToken.read(file, scheduler)) {
      Files.writeString(file, broken.replace("LONG", "a.b." + "c".repeat(20_000)));
      scheduler.advance(ServerToken.CHECK_INTERVAL.multipliedBy(10));
      assertThat(shown(token)).isEqualTo("Bearer a.b.first");
      assertThat(warnings())
          .singleElement()
          .asString()
          .contains("--server-token-file " + file, "the last token is used")
          .doesNotContain("sec", "ret", "ccc");
      Files.delete(file);
      scheduler.advance(ServerToken.CHECK_INTERVAL);
      assertThat(shown(token)).isEqualTo("Bearer a.b.first");
    }
  }

  private static final class Call extends RequestInfo {
    private final SecurityLevel level;

    private Call(SecurityLevel level) {
      this.level = level;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      return AgentServiceGrpc.getWatchCallersMethod();
    }

    @Override
    public CallOptions getCallOptions() {
      return CallOptions.DEFAULT;
    }

    @Override
    public SecurityLevel getSecurityLevel() {
      return level;
    }

    @Override
    public String getAuthority() {
      return "server";
    }

    @Override
    public Attributes getTransportAttrs() {
      return Attributes.EMPTY;
    }
  }
}
