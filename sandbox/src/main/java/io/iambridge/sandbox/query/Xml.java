package io.iambridge.sandbox.query;

import java.util.function.Consumer;

/** Writes the XML of AWS's query protocol, indented as STS does. */
public final class Xml {

  private final StringBuilder text = new StringBuilder();
  private int depth;

  private Xml() {}

  /** A document with this root. */
  static String document(String namespace, String root, Consumer<Xml> content) {
    Xml xml = new Xml();
    xml.open(root + " xmlns=\"" + namespace + "\"", root, content);
    return xml.text.toString();
  }

  /** Writes an element with others in it. */
  public Xml element(String name, Consumer<Xml> content) {
    open(name, name, content);
    return this;
  }

  /** Writes an element with a text in it. */
  public Xml element(String name, String value) {
    indent().append('<').append(name).append('>');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '&' -> text.append("&amp;");
        // XML 1.0 has no way to write the other control characters.
        default -> text.append(c < ' ' && c != '\n' && c != '\t' ? '\ufffd' : c);
      }
    }
    text.append("</").append(name).append(">\n");
    return this;
  }

  private void open(String start, String name, Consumer<Xml> content) {
    indent().append('<').append(start).append(">\n");
    depth++;
    content.accept(this);
    depth--;
    indent().append("</").append(name).append(">\n");
  }

  private StringBuilder indent() {
    return text.repeat("  ", depth);
  }
}
