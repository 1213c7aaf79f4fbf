package io.iambridge.sandbox.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The parameters of a request in AWS's query protocol, and the checks of single values. */
public record Parameters(Map<String, String> values) {

  /** Copies them. */
  public Parameters {
    values = Map.copyOf(values);
  }

  /** Reads a query string or a form body. */
  static Parameters parse(String form) throws QueryException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String parameter : form.split("&", -1)) {
      if (parameter.isEmpty()) {
        continue;
      }
      String[] pair = parameter.split("=", 2);
      String name = decode(pair[0]);
      if (values.put(name, pair.length == 2 ? decode(pair[1]) : "") != null) {
        throw new QueryException(400, "MalformedQueryString", "Duplicate parameter: " + name);
      }
    }
    return new Parameters(values);
  }

  /** The value of a parameter; empty when it is not given. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** The elements of a list, {@code NAME.member.1} and so on, in their order; there may be gaps. */
  public List<String> list(String name) {
    return members(name, "").toList();
  }

  /** The fields of a list's structures, {@code NAME.member.1.FIELD} and so on. */
  public List<String> list(String name, String field) {
    return members(name, "." + field).toList();
  }

  private Stream<String> members(String name, String end) {
    Pattern member =
        Pattern.compile(Pattern.quote(name) + "\\.member\\.([0-9]{1,4})" + Pattern.quote(end));
    SortedMap<Integer, String> found = new TreeMap<>();
    values.forEach((key, value) -> {
      Matcher matcher = member.matcher(key);
      if (matcher.matches()) {
        found.put(Integer.parseInt(matcher.group(1)), value);
      }
    });
    return found.values().stream();
  }

  /** Refuses what the sandbox would otherwise silently leave out. */
  public void onlyKnown(Set<String> known) throws QueryException {
    for (String name : values.keySet()) {
      if (!known.contains(name.replaceAll("\\.member\\..*", ""))
          && !name.equals("Action")
          && !name.equals("Version")) {
        throw QueryException.validation("The sandbox does not know the parameter " + name + ".");
      }
    }
  }

  /** The value of a parameter that must be given. */
  public String required(String name) throws QueryException {
    String value = values.get(name);
    if (value == null) {
      throw QueryException.constraint("null", member(name), "not be null");
    }
    return value;
  }

  /** Checks length and characters of a text. */
  public static void check(String name, String value, int shortest, int longest, Pattern pattern)
      throws QueryException {
    String quoted = "'" + value + "'";
    if (!pattern.matcher(value).matches()) {
      throw QueryException.constraint(
          quoted, member(name), "satisfy regular expression pattern: " + pattern.pattern());
    }
    if (value.length() < shortest) {
      throw QueryException.constraint(
          quoted, member(name), "have length greater than or equal to " + shortest);
    }
    if (value.length() > longest) {
      throw QueryException.constraint(
          quoted, member(name), "have length less than or equal to " + longest);
    }
  }

  /** A whole number within bounds. */
  public Optional<Integer> number(String name, int least, int most) throws QueryException {
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    int number;
    try {
      number = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new QueryException(400, "MalformedInput", "Unable to parse " + name + " as a number");
    }
    String quoted = "'" + number + "'";
    if (number < least) {
      throw QueryException.constraint(
          quoted, member(name), "have value greater than or equal to " + least);
    }
    if (number > most) {
      throw QueryException.constraint(
          quoted, member(name), "have value less than or equal to " + most);
    }
    return Optional.of(number);
  }

  /** AWS's validation names members with a small first letter. */
  private static String member(String name) {
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static String decode(String text) throws QueryException {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new QueryException(400, "MalformedQueryString", "Broken percent-encoding");
    }
  }

  /** The names only: a token may be among the values. */
  @Override
  public String toString() {
    return "Parameters" + values.keySet();
  }
}
