package io.iambridge.sandbox.migration;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.server.ServerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs {@code iambridge-server migration …} as an operator does, as a process of its own. */
record Cli(Sandbox sandbox, Path directory) {
  private static final long PATIENCE_SECONDS = 120;

  /** What a command said, and its exit code. */
  record Said(int status, String out, String err) {
    Said {
      if (out.contains("\tat ") || err.contains("\tat ")) {
        throw new IllegalStateException("a stack trace: " + out + err);
      }
    }
  }

  Said run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ServerMain.class.getName(),
                "migration"));
    command.addAll(List.of(arguments));
    command.add("--kubeconfig=" + sandbox.kubeconfig());
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    AccessKey key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_REGION", Sandbox.REGION);
    builder.environment().put("AWS_ACCESS_KEY_ID", key.id());
    builder.environment().put("AWS_SECRET_ACCESS_KEY", key.secret());
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("no end of: " + command);
    }
    return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
