package io.iambridge.server.plan.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an earlier plan has of a role's trust policy.
 *
 * @param before what it puts back
 * @param since what there was when it was made, and what it makes of it: whatever is in one of
 *     these and not in {@code before} is what plans have added
 * @param retired what it leaves in the end
 */
public record Former(
    TrustDocument before, List<TrustDocument> since, Optional<TrustDocument> retired) {
  public Former {
    since = List.copyOf(since);
  }

  /**
   * A policy as it was before any plan of some namespaces was carried out, so that the way back
   * stays the way back when a plan is made again: without the statements that earlier plans have
   * added, and with what was there in their place. What somebody else has changed since stays.
   *
   * @param own of the namespaces; without any, it is the policy as it is
   * @param others of others, which may have been carried out on top of these
   */
  public static TrustDocument before(TrustDocument present, List<Former> own, List<Former> others) {
    if (own.isEmpty()) {
      return present;
    }
    TrustDocument before = present;
    List<Former> left = new ArrayList<>(own);
    List<Former> above = new ArrayList<>(others);
    Optional<Former> knows = knowing(left, before).or(() -> knowing(above, present));
    while (knows.isPresent()) {
      // What one plan found may be what another one had made.
      Former former = knows.get();
      before = former.before();
      if (left.remove(former)) {
        // What others had made when these came is theirs to take away.
        above.clear();
      } else {
        above.remove(former);
      }
      TrustDocument now = before;
      knows = knowing(left, now).or(() -> knowing(above, now));
    }
    if (left.size() < own.size()) {
      return withoutAdded(before, left);
    }
    TrustDocument without = withoutAdded(present, own);
    return hasMade(without, own)
        ? withoutAdded(present, Stream.concat(own.stream(), others.stream()).toList())
        : without;
  }

  private static Optional<Former> knowing(List<Former> formers, TrustDocument policy) {
    JsonNode now = plain(policy.json());
    return formers.stream().filter(former -> former.knows(now)).findFirst();
  }

  /** Whether there still is a statement of these plans, with what others have put into it. */
  private static boolean hasMade(TrustDocument policy, List<Former> formers) {
    Set<JsonNode> before = new HashSet<>();
    formers.forEach(former -> before.addAll(plain(former.before)));
    Set<String> sids = new HashSet<>();
    for (Former former : formers) {
      for (TrustDocument since : former.since) {
        since.statements().stream()
            .filter(statement -> !before.contains(plain(statement.node())))
            .forEach(statement -> sids.add(statement.sid()));
      }
    }
    sids.remove("");
    return policy.statements().stream()
        .filter(statement -> !before.contains(plain(statement.node())))
        .anyMatch(statement -> sids.contains(statement.sid()));
  }

  private boolean knows(JsonNode policy) {
    return Stream.concat(since.stream(), retired.stream())
        .anyMatch(document -> plain(document.json()).equals(policy));
  }

  private static TrustDocument withoutAdded(TrustDocument present, List<Former> formers) {
    Set<JsonNode> added = new HashSet<>();
    for (Former former : formers) {
      for (TrustDocument since : former.since) {
        Set<JsonNode> more = plain(since);
        more.removeAll(plain(former.before));
        added.addAll(more);
      }
    }
    List<Statement> replaced = new ArrayList<>();
    formers.forEach(former ->
        former.before.statements().stream()
            .filter(statement -> !statement.sid().isEmpty())
            .filter(statement -> !added.contains(plain(statement.node())))
            .forEach(replaced::add));
    return without(present, added, replaced, formers);
  }

  private static TrustDocument without(
      TrustDocument present, Set<JsonNode> added, List<Statement> replaced, List<Former> formers) {
    List<Statement> left = new ArrayList<>();
    Set<JsonNode> there = plain(present);
    for (Statement statement : present.statements()) {
      if (!added.contains(plain(statement.node()))) {
        left.add(statement);
        continue;
      }
      replaced.stream()
          .filter(old -> old.sid().equals(statement.sid()))
          .filter(old -> there.add(plain(old.node())))
          .findFirst()
          .ifPresent(left::add);
    }
    if (left.isEmpty() || left.equals(present.statements())) {
      return present;
    }
    TrustDocument before = present.with(left);
    return formers.stream()
        .map(Former::before)
        .filter(old -> plain(old.json()).equals(plain(before.json())))
        .findFirst()
        .orElse(before);
  }

  static Set<JsonNode> plain(TrustDocument document) {
    Set<JsonNode> plain = new HashSet<>();
    document.statements().forEach(statement -> plain.add(plain(statement.node())));
    return plain;
  }

  /** In whatever order and form IAM gives it back. */
  private static JsonNode plain(JsonNode json) {
    if (json instanceof ObjectNode object) {
      ObjectNode plain = JsonNodeFactory.instance.objectNode();
      object.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> plain.set(entry.getKey(), plain(entry.getValue())));
      return plain;
    }
    if (json instanceof ArrayNode array) {
      List<JsonNode> several = new ArrayList<>();
      array.forEach(one -> several.add(plain(one)));
      several.sort(Comparator.comparing(JsonNode::toString));
      return several.size() == 1
          ? several.getFirst()
          : JsonNodeFactory.instance.arrayNode().addAll(several);
    }
    return json;
  }
}
