package io.iambridge.agent.interception;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Network interfaces as iptables names them: {@code cni0}, {@code cali+} for every name that begins
 * so, {@code !eth0} for every other one.
 *
 * @param name the name, or its beginning
 * @param wildcard whether names only have to begin so
 * @param negated whether it is every other interface that is meant
 */
public record InterfacePattern(String name, boolean wildcard, boolean negated) {
  /** Every interface. */
  public static final InterfacePattern ANY = new InterfacePattern("", true, false);

  /** Linux allows 15 bytes (IFNAMSIZ) and nearly any of them; nobody uses others than these. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@:][A-Za-z0-9_.@:-]{0,14}");

  public InterfacePattern {
    boolean everything = name.isEmpty() && wildcard && !negated;
    if (!everything && !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no interface is called '" + name + "'");
    }
  }

  /**
   * Parses what kiam's {@code --host-interface} takes.
   *
   * @throws IllegalArgumentException when no interface can be called so
   */
  public static InterfacePattern parse(String text) {
    boolean negated = text.startsWith("!");
    String rest = negated ? text.substring(1).strip() : text;
    boolean wildcard = rest.endsWith("+");
    return new InterfacePattern(
        wildcard ? rest.substring(0, rest.length() - 1) : rest, wildcard, negated);
  }

  /** Whether the interface of this name is meant. */
  public boolean matches(String interfaceName) {
    return negated != (wildcard ? interfaceName.startsWith(name) : interfaceName.equals(name));
  }

  /** Whether every interface meant here is meant there too. */
  boolean within(InterfacePattern that) {
    if (negated) {
      return that.negated ? this.covers(that) : that.equals(ANY);
    }
    return that.negated ? !overlaps(that) : that.covers(this);
  }

  /** Whether no interface can be meant by both. */
  boolean apartFrom(InterfacePattern that) {
    if (negated && that.negated) {
      return false;
    }
    if (negated) {
      return this.covers(that);
    }
    return that.negated ? that.covers(this) : !overlaps(that);
  }

  /** Of the names alone, without the negation. */
  private boolean covers(InterfacePattern that) {
    return wildcard ? that.name.startsWith(name) : !that.wildcard && that.name.equals(name);
  }

  /** Of the names alone, without the negation. */
  private boolean overlaps(InterfacePattern that) {
    return this.covers(that) || that.covers(this);
  }

  /** As iptables takes it. */
  List<String> words() {
    if (equals(ANY)) {
      return List.of();
    }
    String text = wildcard ? name + "+" : name;
    return negated ? List.of("!", "-i", text) : List.of("-i", text);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return (negated ? "!" : "") + name + (wildcard ? "+" : "");
  }
}
