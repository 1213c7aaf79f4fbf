package io.iambridge.common.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets up logging to the standard error stream, for our own loggers and those of every library
 * (gRPC logs to java.util.logging). Called once, by a program's main.
 */
public final class Logs {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSX,UTC} %-5level %logger{0} %msg %kvp{SINGLE}%n%rEx";

  private Logs() {}

  /**
   * Replaces whatever was configured.
   *
   * @param level kiam's words: debug, info, warn or error, in any case
   */
  public static void configure(LogFormat format, String level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("stderr");
    console.setTarget("System.err");
    console.setEncoder(encoder(format, context));
    console.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    root.setLevel(Level.toLevel(level.toUpperCase(Locale.ROOT), Level.INFO));
    // At debug level these libraries print every frame, header and body, tokens included.
    for (String library :
        new String[] {
          "io.netty", "io.grpc", "software.amazon.awssdk", "io.fabric8", "jdk.internal"
        }) {
      context.getLogger(library).setLevel(Level.WARN);
    }
    // They log a stack trace for every try while the API server is away, and a warning that our own
    // objects have version v1alpha1; our own lines say what matters.
    for (String noisy :
        new String[] {"informers", "extended.leaderelection", "dsl.internal.VersionUsageUtils"}) {
      context.getLogger("io.fabric8.kubernetes.client." + noisy).setLevel(Level.ERROR);
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static Encoder<ILoggingEvent> encoder(LogFormat format, LoggerContext context) {
    if (format == LogFormat.JSON) {
      JsonEncoder json = new JsonEncoder();
      json.setContext(context);
      json.setWithSequenceNumber(false);
      json.setWithNanoseconds(false);
      json.setWithContext(false);
      json.start();
      return json;
    }
    PatternLayoutEncoder text = new PatternLayoutEncoder();
    text.setContext(context);
    text.setPattern(PATTERN);
    text.start();
    return text;
  }
}
