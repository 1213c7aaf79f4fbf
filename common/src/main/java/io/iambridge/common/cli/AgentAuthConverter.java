package io.iambridge.common.cli;

import io.iambridge.common.wire.AgentAuth;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --agent-auth}, the same words in both programs. */
public final class AgentAuthConverter implements ITypeConverter<AgentAuth> {
  @Override
  public AgentAuth convert(String value) {
    try {
      return AgentAuth.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
