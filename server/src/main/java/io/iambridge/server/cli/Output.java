package io.iambridge.server.cli;

/** How a command's answer is written. */
public enum Output {
  /** For people. */
  TABLE,
  /** For people with wide terminals. */
  WIDE,
  /** For programs. */
  JSON;

  /** Reads the flag, in small letters. */
  public static final class Converter implements picocli.CommandLine.ITypeConverter<Output> {
    @Override
    public Output convert(String value) {
      return switch (value) {
        case "table" -> TABLE;
        case "wide" -> WIDE;
        case "json" -> JSON;
        default ->
            throw new picocli.CommandLine.TypeConversionException(
                "not table, wide or json: " + value);
      };
    }
  }
}
