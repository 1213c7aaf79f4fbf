package io.iambridge.sandbox.sts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The parameters of a request in AWS's query protocol, and the checks of single values. */
record Parameters(Map<String, String> values) {

  Parameters {
    values = Map.copyOf(values);
  }

  /** Reads a query string or a form body. */
  static Parameters parse(String form) throws StsException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String parameter : form.split("&", -1)) {
      if (parameter.isEmpty()) {
        continue;
      }
      String[] pair = parameter.split("=", 2);
      String name = decode(pair[0]);
      if (values.put(name, pair.length == 2 ? decode(pair[1]) : "") != null) {
        throw new StsException(400, "MalformedQueryString", "Duplicate parameter: " + name);
      }
    }
    return new Parameters(values);
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Refuses what the sandbox would otherwise silently leave out. */
  void onlyKnown(Set<String> known) throws StsException {
    for (String name : values.keySet()) {
      if (!known.contains(name) && !name.equals("Action") && !name.equals("Version")) {
        throw StsException.validation("The sandbox does not know the parameter " + name + ".");
      }
    }
  }

  String required(String name) throws StsException {
    String value = values.get(name);
    if (value == null) {
      throw StsException.constraint("null", member(name), "not be null");
    }
    return value;
  }

  /** Checks length and characters of a text. */
  static void check(String name, String value, int shortest, int longest, Pattern pattern)
      throws StsException {
    String quoted = "'" + value + "'";
    if (!pattern.matcher(value).matches()) {
      throw StsException.constraint(
          quoted, member(name), "satisfy regular expression pattern: " + pattern.pattern());
    }
    if (value.length() < shortest) {
      throw StsException.constraint(
          quoted, member(name), "have length greater than or equal to " + shortest);
    }
    if (value.length() > longest) {
      throw StsException.constraint(
          quoted, member(name), "have length less than or equal to " + longest);
    }
  }

  /** A whole number within bounds. */
  Optional<Integer> number(String name, int least, int most) throws StsException {
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    int number;
    try {
      number = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new StsException(400, "MalformedInput", "Unable to parse " + name + " as a number");
    }
    String quoted = "'" + number + "'";
    if (number < least) {
      throw StsException.constraint(
          quoted, member(name), "have value greater than or equal to " + least);
    }
    if (number > most) {
      throw StsException.constraint(
          quoted, member(name), "have value less than or equal to " + most);
    }
    return Optional.of(number);
  }

  /** AWS's validation names members with a small first letter. */
  private static String member(String name) {
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static String decode(String text) throws StsException {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new StsException(400, "MalformedQueryString", "Broken percent-encoding");
    }
  }
}
