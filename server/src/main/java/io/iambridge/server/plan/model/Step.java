package io.iambridge.server.plan.model;

import java.util.List;

/**
 * A step.
 *
 * @param stage which one
 * @param notes for people, a sentence each
 * @param commands that do it, run in the namespace's folder
 * @param rollback the commands that undo it
 */
public record Step(
    Stage stage, List<String> notes, List<Command> commands, List<Command> rollback) {
  public Step {
    notes = List.copyOf(notes);
    commands = List.copyOf(commands);
    rollback = List.copyOf(rollback);
  }
}
