package io.iambridge.server.policy;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.roles.Quoted;
import io.iambridge.server.roles.RoleArn;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rule that was read. It remembers what it said of a role: the same few roles are asked for by
 * many pods, and an expression near the bound takes milliseconds.
 */
final class CompiledRule implements NamespaceRule {
  private static final Logger LOG = LoggerFactory.getLogger(CompiledRule.class);
  private static final int MAX_REMEMBERED = 1_000;

  private final String namespace;
  private final String annotation;
  private final String text;
  private final List<Predicate<String>> entries;
  private final Map<RoleArn, Verdict> remembered = new ConcurrentHashMap<>();

  CompiledRule(String namespace, String annotation, String text, List<Predicate<String>> entries) {
    this.namespace = namespace;
    this.annotation = annotation;
    this.text = text;
    this.entries = List.copyOf(entries);
  }

  /** A rule that permits nothing because it cannot be read. */
  static NamespaceRule invalid(String namespace, String annotation, String text, String trouble) {
    Verdict forbidden =
        new Verdict.Forbidden(
            Reason.INVALID_NAMESPACE_RULE,
            "%s of namespace %s permits nothing: %s in %s"
                .formatted(annotation, namespace, trouble, Quoted.of(text)));
    return role -> forbidden;
  }

  @Override
  public Verdict check(RoleArn role) {
    Verdict before = remembered.get(role);
    if (before != null) {
      return before;
    }
    Verdict verdict = decide(role);
    if (remembered.size() < MAX_REMEMBERED) {
      remembered.put(role, verdict);
    }
    return verdict;
  }

  private Verdict decide(RoleArn role) {
    String arn = role.toString();
    try {
      for (Predicate<String> entry : entries) {
        if (entry.test(arn)) {
          return new Verdict.Permitted();
        }
      }
    } catch (RuntimeException | StackOverflowError e) {
      // RE2/J recurses over optional parts. To fail here would leave the pod what it had before.
      LOG.atWarn()
          .addKeyValue("namespace", namespace)
          .addKeyValue("cause", e.getClass().getSimpleName())
          .log("A rule cannot be evaluated");
      return invalid(namespace, annotation, text, "it cannot be evaluated").check(role);
    }
    return new Verdict.Forbidden(
        Reason.ROLE_NOT_PERMITTED,
        "%s of namespace %s is %s, which does not match %s"
            .formatted(annotation, namespace, Quoted.of(text), role));
  }
}
