package io.iambridge.common.wire;

import io.grpc.Metadata;

/** The names under which gRPC's metadata carries parts of the contract; see {@code agent.proto}. */
public final class WireKeys {
  /**
   * On every call of an agent: the node it says it is on. The server decides whether to believe it.
   */
  public static final Metadata.Key<String> NODE =
      Metadata.Key.of("iambridge-node", Metadata.ASCII_STRING_MARSHALLER);

  /** In the trailers of every error of the server: a name of the contract's enum Reason. */
  public static final Metadata.Key<String> REASON =
      Metadata.Key.of("iambridge-reason", Metadata.ASCII_STRING_MARSHALLER);

  /** On every call of an agent that proves its node by a token: {@link #BEARER} and the token. */
  public static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Before the token (RFC 6750, 2.1). */
  public static final String BEARER = "Bearer ";

  /** The audience of agents' tokens: what is good for our server is good for nobody else. */
  public static final String SERVER_AUDIENCE = "iambridge-server";

  private WireKeys() {}
}
