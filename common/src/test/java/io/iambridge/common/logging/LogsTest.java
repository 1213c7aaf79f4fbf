package io.iambridge.common.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class LogsTest {
  private final PrintStream before = System.err;

  @AfterEach
  void restore() {
    System.setErr(before);
    Logs.configure(LogFormat.TEXT, "warn");
  }

  private static String captured(LogFormat format, String level) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setErr(new PrintStream(out, /* autoFlush= */ true, StandardCharsets.UTF_8));
    Logs.configure(format, level);
    Logger log = LoggerFactory.getLogger("io.iambridge.Demo");
    log.atInfo().addKeyValue("pod", "demo/a").log("Served");
    log.debug("Detail");
    java.util.logging.Logger.getLogger("some.library").log(Level.WARNING, "from the JDK's logger");
    java.util.logging.Logger.getLogger("io.grpc.x").log(Level.INFO, "a frame with a token");
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void textIsOneLineWithTheKeyValuePairs() {
    assertThat(captured(LogFormat.TEXT, "INFO"))
        .contains("INFO  Demo Served pod='demo/a'\n")
        .doesNotContain("Detail");
  }

  @Test
  void jsonHasTheKeyValuePairsAsFields() {
    assertThat(captured(LogFormat.JSON, "info"))
        .contains("\"message\":\"Served\"")
        .contains("\"kvpList\": [{\"pod\":\"demo\\/a\"}]");
  }

  @Test
  void debugIsKiamsLevelForDetail() {
    assertThat(captured(LogFormat.TEXT, "debug")).contains("Detail");
  }

  @Test
  void librariesOfTheJdksLoggerAreHeardButNeverTheirFrames() {
    assertThat(captured(LogFormat.TEXT, "debug"))
        .contains("from the JDK's logger")
        .doesNotContain("token");
  }
}
