package io.iambridge.agent;

import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.MetadataConfig;
import io.iambridge.agent.metadata.Preset;
import io.iambridge.common.cli.HostPort;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What pods may have from the node's true metadata service. */
final class MetadataOptions {
  /** kiam's default, which matches nothing. */
  private static final String NOTHING = "^$";

  @Option(
      names = "--allow-routes",
      paramLabel = "<name>",
      split = ",",
      converter = PresetConverter.class,
      description = "Routes, by name, that pods may ask of the true metadata service.")
  private Preset[] presets = {};

  @Option(
      names = "--allow-route-regexp",
      paramLabel = "<regexp>",
      defaultValue = NOTHING,
      converter = PatternConverter.class,
      description =
          "The same by an expression that has to match the whole path. Never: credentials, session"
              + " tokens, and whatever looks like them.")
  private Pattern regexp;

  @Option(
      names = "--whitelist-route-regexp",
      paramLabel = "<regexp>",
      defaultValue = NOTHING,
      converter = PatternConverter.class,
      description = "kiam 3's name for --allow-route-regexp.")
  private Pattern oldRegexp;

  @Option(
      names = "--metadata-address",
      paramLabel = "<host:port>",
      defaultValue = "169.254.169.254:80",
      converter = HostPort.Converter.class,
      description = "The true metadata service.")
  private HostPort address;

  /**
   * What the flags say.
   *
   * @param line named by the error
   * @throws ParameterException when they make no sense
   */
  MetadataConfig config(CommandLine line) {
    if (address.host().isEmpty() || address.port() == 0) {
      throw new ParameterException(
          line,
          "Invalid value for option '--metadata-address': '%s' must be a host and a port"
              .formatted(address));
    }
    Set<Preset> names = EnumSet.noneOf(Preset.class);
    names.addAll(List.of(presets));
    List<Pattern> patterns =
        Stream.of(regexp, oldRegexp).filter(pattern -> !pattern.pattern().equals(NOTHING)).toList();
    return new MetadataConfig(AllowedRoutes.of(names, patterns), address);
  }

  static final class PresetConverter implements ITypeConverter<Preset> {
    @Override
    public Preset convert(String name) {
      return Arrays.stream(Preset.values())
          .filter(preset -> preset.toString().equals(name.strip()))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "'%s' is none of %s"
                      .formatted(
                          name,
                          Arrays.stream(Preset.values())
                              .map(Preset::toString)
                              .collect(Collectors.joining(", ")))));
    }
  }

  static final class PatternConverter implements ITypeConverter<Pattern> {
    @Override
    public Pattern convert(String regexp) {
      try {
        return Pattern.compile(regexp);
      } catch (PatternSyntaxException e) {
        throw new TypeConversionException("'%s': %s".formatted(regexp, e.getDescription()));
      }
    }
  }
}
