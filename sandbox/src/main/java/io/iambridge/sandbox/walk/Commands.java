package io.iambridge.sandbox.walk;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.server.ServerMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code iambridge-server migration …}, run in this process with the server's own rights. */
public final class Commands {
  private static final String KEY_ID = "aws.accessKeyId";
  private static final String SECRET = "aws.secretAccessKey";

  private final Sandbox sandbox;
  private final AccessKey key;

  /**
   * What a command said.
   *
   * @param status its exit status
   * @param out the standard output
   * @param err the standard error
   */
  public record Said(int status, String out, String err) {}

  /** Against this sandbox. */
  public Commands(Sandbox sandbox) {
    this.sandbox = sandbox;
    this.key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
  }

  /** What the status says. */
  public Said status(String... flags) {
    return run("status", List.of(flags));
  }

  /** Tries a namespace's target now. */
  public Said rehearse(String namespace, String... flags) {
    List<String> all = new ArrayList<>(List.of("--namespace=" + namespace));
    all.addAll(List.of(flags));
    all.addAll(aws());
    all.add("--eks-auth-endpoint=" + sandbox.eksAuth().endpoint());
    return run("rehearse", all);
  }

  /** Writes a plan into the folder. */
  public Said plan(Path folder, String... flags) {
    List<String> all = new ArrayList<>(List.of("--out=" + folder));
    all.addAll(List.of(flags));
    all.addAll(aws());
    return run("plan", all);
  }

  /** Where the AWS of this sandbox is. */
  private List<String> aws() {
    return List.of(
        "--cluster-name=" + Sandbox.CLUSTER,
        "--region=" + Sandbox.REGION,
        "--sts-endpoint=" + sandbox.sts().endpoint(),
        "--iam-endpoint=" + sandbox.iamApi().endpoint());
  }

  /** The SDK's own chain has no other place for them within a process. */
  private synchronized Said run(String command, List<String> flags) {
    List<String> all = new ArrayList<>(List.of("migration", command));
    all.addAll(flags);
    all.add("--kubeconfig=" + sandbox.kubeconfig());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    System.setProperty(KEY_ID, key.id());
    System.setProperty(SECRET, key.secret());
    try {
      int status =
          ServerMain.run(
              new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
      return new Said(status, out.toString(), err.toString());
    } finally {
      System.clearProperty(KEY_ID);
      System.clearProperty(SECRET);
    }
  }
}
