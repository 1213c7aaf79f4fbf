package io.iambridge.agent;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar this runs from. */
final class AgentVersion implements IVersionProvider {

  static String text() {
    String version = AgentVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"iambridge-agent " + text()};
  }
}
