package io.iambridge.agent;

import io.iambridge.common.cli.Program;
import io.iambridge.common.logging.LogFormat;
import io.iambridge.common.logging.Logs;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parses, starts, and stops on SIGTERM. */
public final class AgentMain {
  private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

  private AgentMain() {}

  /** Entry point. */
  public static void main(String[] args) {
    AgentCommand command = new AgentCommand(System.getenv(), AgentMain::run);
    System.exit(new Program(command, AgentCommand.KIAM_COMMAND).run(args));
  }

  private static void run(AgentConfig config, LogFormat format, String level, List<String> warnings)
      throws InterruptedException {
    Logs.configure(format, level);
    warnings.forEach(LOG::warn);
    Agent agent = Agent.start(config);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  agent.close();
                  stopped.countDown();
                },
                "shutdown"));
    stopped.await();
  }
}
