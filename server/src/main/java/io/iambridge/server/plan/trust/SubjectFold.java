package io.iambridge.server.plan.trust;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Makes a list of subjects shorter, by wildcards that let in exactly the same service accounts.
 *
 * <h2>How it works</h2>
 *
 * A wildcard stands at the end of a prefix of account names within one namespace: names have no
 * colon, so it cannot reach into another. A prefix may be folded only if every account that exists
 * with it is one of the list. Those prefixes are taken one after the other, the longest first,
 * until the list is short enough: no wildcard is wider than it needs to be. That somebody creates
 * an account tomorrow that matches cannot be ruled out by any wildcard; but whoever may do so in a
 * namespace may as well start pods with the accounts that are there, so nobody gains by it. Across
 * namespaces that would not hold, so nothing is ever folded there.
 */
final class SubjectFold {
  private SubjectFold() {}

  /**
   * The list, folded no more than needed.
   *
   * @param fits whether a list of values is short enough
   */
  static Folded fold(SortedSet<Subject> subjects, Universe universe, Predicate<List<String>> fits) {
    SortedMap<String, List<Subject>> folds = new TreeMap<>();
    Folded folded = new Folded(values(subjects, folds), List.of());
    for (Candidate candidate : candidates(subjects, universe)) {
      if (fits.test(folded.values())) {
        break;
      }
      // A shorter prefix takes the place of longer ones that begin with it.
      folds.keySet().removeIf(pattern -> Wildcard.matches(candidate.pattern(), pattern));
      folds.put(candidate.pattern(), candidate.accounts());
      folded =
          new Folded(
              values(subjects, folds),
              folds.entrySet().stream()
                  .map(fold -> new Fold(fold.getKey(), fold.getValue()))
                  .toList());
    }
    return folded;
  }

  /**
   * @param values of {@code StringLike} or, without wildcard, of {@code StringEquals}
   * @param folds what the wildcards stand for
   */
  record Folded(List<String> values, List<Fold> folds) {}

  private record Candidate(String pattern, List<Subject> accounts) {}

  private static List<String> values(
      SortedSet<Subject> subjects, SortedMap<String, List<Subject>> folds) {
    SortedSet<String> values = new TreeSet<>();
    subjects.forEach(subject -> values.add(subject.toString()));
    folds.forEach((pattern, accounts) -> {
      accounts.forEach(account -> values.remove(account.toString()));
      values.add(pattern);
    });
    return List.copyOf(values);
  }

  /** The prefixes that two neighbours in the sorted list have in common, as far as they may be. */
  private static List<Candidate> candidates(SortedSet<Subject> subjects, Universe universe) {
    SortedMap<String, Candidate> candidates = new TreeMap<>();
    List<Subject> sorted = List.copyOf(subjects);
    for (int i = 1; i < sorted.size(); i++) {
      Subject one = sorted.get(i - 1);
      Subject other = sorted.get(i);
      String prefix = common(one.account(), other.account());
      if (one.namespace().equals(other.namespace()) && !prefix.isEmpty()) {
        String pattern = Subject.PREFIX + one.namespace() + ":" + prefix + "*";
        List<Subject> meant = starting(subjects, one.namespace(), prefix);
        if (meant.containsAll(starting(universe.of(one.namespace()), one.namespace(), prefix))) {
          candidates.putIfAbsent(pattern, new Candidate(pattern, meant));
        }
      }
    }
    List<Candidate> longestFirst = new ArrayList<>(candidates.values());
    longestFirst.sort(
        Comparator.comparingInt((Candidate candidate) -> candidate.pattern().length())
            .reversed()
            .thenComparing(Candidate::pattern));
    return longestFirst;
  }

  private static List<Subject> starting(
      SortedSet<Subject> accounts, String namespace, String prefix) {
    return accounts.stream()
        .filter(account ->
            account.namespace().equals(namespace) && account.account().startsWith(prefix))
        .toList();
  }

  private static String common(String one, String other) {
    int length = 0;
    while (length < Math.min(one.length(), other.length())
        && one.charAt(length) == other.charAt(length)) {
      length++;
    }
    return one.substring(0, length);
  }
}
