package io.iambridge.server.plan.model;

import io.iambridge.server.plan.model.Question.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what stands in the way, and what is asked. */
final class Findings {
  private final List<Block> blocks = new ArrayList<>();
  private final List<Question> questions = new ArrayList<>();

  void add(Block block) {
    blocks.add(block);
  }

  void block(Block.Reason reason, String about, Stage before, String what, String... remedies) {
    blocks.add(new Block(reason, about, before, what, List.of(remedies)));
  }

  void ask(Topic topic, String about, String text) {
    questions.add(new Question(topic, about, text));
  }

  /** By step, then by what they are about. */
  List<Block> blocks() {
    return blocks.stream()
        .distinct()
        .sorted(
            Comparator.comparing(Block::before)
                .thenComparing(Block::about)
                .thenComparing(Block::reason)
                .thenComparing(Block::what))
        .toList();
  }

  List<Question> questions() {
    return questions.stream()
        .distinct()
        .sorted(
            Comparator.comparing(Question::about)
                .thenComparing(Question::topic)
                .thenComparing(Question::text))
        .toList();
  }
}
