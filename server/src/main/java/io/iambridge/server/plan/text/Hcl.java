package io.iambridge.server.plan.text;

import java.util.List;

/** Writes Terraform's language: blocks, attributes, and texts in which nothing is interpolated. */
final class Hcl {
  private final StringBuilder text = new StringBuilder();
  private String indent = "";

  /** Begins a block. */
  Hcl open(String type, String... labels) {
    if (indent.isEmpty() && !text.isEmpty() && !endsWithComment()) {
      text.append('\n');
    }
    text.append(indent).append(type);
    for (String label : labels) {
      text.append(' ').append(quoted(label));
    }
    text.append(" {\n");
    indent += "  ";
    return this;
  }

  /** Begins an attribute that is an object. */
  Hcl openValue(String name) {
    text.append(indent).append(name).append(" = {\n");
    indent += "  ";
    return this;
  }

  /** Ends either. */
  Hcl close() {
    indent = indent.substring(2);
    text.append(indent).append("}\n");
    return this;
  }

  Hcl comment(String comment) {
    if (indent.isEmpty() && !text.isEmpty() && !endsWithComment()) {
      text.append('\n');
    }
    text.append(indent).append("# ").append(comment.replaceAll("[\r\n]+", " ")).append('\n');
    return this;
  }

  private boolean endsWithComment() {
    int end = text.length() - 1;
    int start = text.lastIndexOf("\n", end - 1) + 1;
    return text.charAt(start) == '#';
  }

  /** A text. */
  Hcl put(String name, String value) {
    return expression(name, quoted(value));
  }

  /** Texts. */
  Hcl put(String name, List<String> values) {
    return expression(
        name, "[" + String.join(", ", values.stream().map(Hcl::quoted).toList()) + "]");
  }

  /** Something that is not a text: a reference, a list of them. */
  Hcl expression(String name, String expression) {
    text.append(indent).append(name).append(" = ").append(expression).append('\n');
    return this;
  }

  static String quoted(String text) {
    return "\""
        + text.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("${", "$${")
            .replace("%{", "%%{")
        + "\"";
  }

  /** A text as a name in Terraform; different texts have different names, as far as IAM's go. */
  static String name(String text) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean plain = letter || (c >= '0' && c <= '9') || c == '-';
      // An underscore itself is doubled, so that no two become the same.
      name.append(plain ? String.valueOf(c) : c == '_' ? "__" : "_" + Integer.toHexString(c));
    }
    return Character.isDigit(name.charAt(0)) ? "n" + name : name.toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
