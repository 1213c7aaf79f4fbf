package io.iambridge.server.plan.model;

import java.util.ArrayList;
import java.util.List;

/** The command lines that change trust, and those that change it back. */
final class TrustCommands {
  /** The one inline policy of a role that is ours. */
  static final String POLICY_NAME = "iambridge-chain";

  private static final String BEFORE = "rollback/trust/%s.json";
  private static final String PRESENT = "trust/%s.present.json";
  private static final String AFTER = "trust/%s.json";
  private static final String RETIRED = "retire/%s.json";

  private TrustCommands() {}

  static List<Command> apply(TrustWork work) {
    String account = work.role().account();
    String name = work.role().name();
    if (work.create()) {
      String policy = AFTER.formatted(work.file());
      return List.of(
          new Command(
              account,
              List.of(
                  "aws",
                  "iam",
                  "create-role",
                  "--role-name",
                  name,
                  "--assume-role-policy-document",
                  "file://" + policy),
              List.of("create_role", name, policy)),
          permission(work));
    }
    List<Command> commands = new ArrayList<>();
    if (work.replaces()) {
      commands.add(update(work, work.replanned() ? PRESENT : BEFORE, AFTER));
    }
    if (work.chainsTo().isPresent()) {
      commands.add(permission(work));
    }
    return commands;
  }

  private static Command permission(TrustWork work) {
    return Command.aws(
        work.role().account(),
        "aws",
        "iam",
        "put-role-policy",
        "--role-name",
        work.role().name(),
        "--policy-name",
        POLICY_NAME,
        "--policy-document",
        "file://trust/" + work.file() + ".permission.json");
  }

  static List<Command> undo(TrustWork work) {
    String account = work.role().account();
    String name = work.role().name();
    if (work.create()) {
      return List.of(
          Command.aws(
              account,
              "aws",
              "iam",
              "delete-role-policy",
              "--role-name",
              name,
              "--policy-name",
              POLICY_NAME),
          Command.aws(account, "aws", "iam", "delete-role", "--role-name", name));
    }
    return work.undoes() ? List.of(update(work, AFTER, BEFORE)) : List.of();
  }

  /** Without the server's principals; nothing where that makes no difference. */
  static List<Command> retire(TrustWork work) {
    return retires(work) ? List.of(update(work, AFTER, RETIRED)) : List.of();
  }

  static List<Command> undoRetire(TrustWork work) {
    return retires(work) ? List.of(update(work, RETIRED, AFTER)) : List.of();
  }

  /** Whether the last step takes anything away, and leaves something that IAM takes. */
  static boolean retires(TrustWork work) {
    return work.merged().fits()
        && work.retired()
            .filter(retired -> !retired.isEmpty())
            .filter(retired -> !retired.equals(work.merged().document()))
            .isPresent();
  }

  private static Command update(TrustWork work, String from, String to) {
    String name = work.role().name();
    String after = to.formatted(work.file());
    return new Command(
        work.role().account(),
        List.of(
            "aws",
            "iam",
            "update-assume-role-policy",
            "--role-name",
            name,
            "--policy-document",
            "file://" + after),
        List.of("replace_trust", name, from.formatted(work.file()), after));
  }
}
