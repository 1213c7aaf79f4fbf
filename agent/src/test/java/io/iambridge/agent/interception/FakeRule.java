package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A rule as {@link FakeIptables} keeps and prints it: read and matched by code of its own, so that
 * the agent's reading of rules is not checked by itself.
 */
record FakeRule(Map<String, String> conditions, List<String> extra, String comment, String target) {
  private static final Map<String, String> NAMES =
      Map.of(
          "-d",
          "-d",
          "--destination",
          "-d",
          "-i",
          "-i",
          "--in-interface",
          "-i",
          "-p",
          "-p",
          "--dport",
          "--dport",
          "--comment",
          "--comment",
          "-s",
          "-s");

  static FakeRule parse(Backend backend, boolean ipv6, List<String> words) {
    Map<String, String> conditions = new TreeMap<>();
    List<String> extra = new ArrayList<>();
    String comment = "";
    String target = "";
    boolean not = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("!")) {
        not = true;
        continue;
      }
      if (word.equals("-j") || word.equals("-g")) {
        target = String.join(" ", words.subList(i, words.size()));
        break;
      }
      String name = NAMES.getOrDefault(word, "");
      if (word.equals("-m") && List.of("tcp", "comment").contains(words.get(i + 1))) {
        i++;
      } else if (name.isEmpty()) {
        extra.add((not ? "! " : "") + word);
      } else {
        i++;
        String value = words.get(i);
        if (name.equals("-d") && !value.contains("/")) {
          value += ipv6 ? "/128" : "/32";
        }
        if (name.equals("--comment")) {
          comment = value;
        } else if (!(name.equals("-i") && value.equals("+"))) {
          conditions.put(name, (not ? "! " : "") + value);
        }
      }
      not = false;
    }
    return new FakeRule(conditions, extra, comment, target);
  }

  /** The two backends print the same rule differently, as versions of the programs do. */
  String print(Backend backend) {
    StringBuilder line = new StringBuilder();
    String quoted = comment.indexOf(' ') >= 0 ? '"' + comment + '"' : comment;
    String remark = comment.isEmpty() ? "" : " -m comment --comment " + quoted;
    for (String name : List.of("-s", "-d", "-i", "-p")) {
      append(line, name);
    }
    if (backend == Backend.NFT) {
      line.append(remark);
    }
    if (conditions.containsKey("--dport")) {
      line.append(" -m tcp");
      append(line, "--dport");
    }
    extra.forEach(word -> line.append(' ').append(word));
    if (backend == Backend.LEGACY) {
      line.append(remark);
    }
    return line + (target.isEmpty() ? "" : " " + target);
  }

  private void append(StringBuilder line, String name) {
    String value = conditions.get(name);
    if (value == null) {
      return;
    }
    line.append(value.startsWith("! ") ? " ! " : " ").append(name).append(' ');
    line.append(value.startsWith("! ") ? value.substring(2) : value);
  }

  /** The chain or target, without options. */
  String targetName() {
    return target.isEmpty() ? "" : target.split(" ", -1)[1];
  }

  /** Whether a tcp packet to port 80 matches; what is not known matches nothing. */
  boolean matches(String in, String destination) {
    if (!extra.isEmpty() || conditions.containsKey("-s")) {
      return false;
    }
    return holds("-i", pattern -> named(pattern, in))
        && holds("-d", net -> within(net, destination))
        && holds("-p", "tcp"::equals)
        && holds("--dport", "80"::equals);
  }

  private boolean holds(String name, java.util.function.Predicate<String> test) {
    String value = conditions.get(name);
    if (value == null) {
      return true;
    }
    return value.startsWith("! ") ? !test.test(value.substring(2)) : test.test(value);
  }

  private static boolean named(String pattern, String in) {
    return pattern.endsWith("+")
        ? in.startsWith(pattern.substring(0, pattern.length() - 1))
        : in.equals(pattern);
  }

  /** Prefixes of whole bytes do for tests. */
  private static boolean within(String net, String address) {
    String[] parts = net.split("/", -1);
    byte[] some = java.net.InetAddress.ofLiteral(parts[0]).getAddress();
    byte[] others = java.net.InetAddress.ofLiteral(address).getAddress();
    int bytes = Integer.parseInt(parts[1]) / 8;
    return some.length == others.length
        && java.util.Arrays.equals(some, 0, bytes, others, 0, bytes);
  }
}
