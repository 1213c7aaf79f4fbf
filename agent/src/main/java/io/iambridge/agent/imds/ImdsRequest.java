package io.iambridge.agent.imds;

import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.MetadataPath;
import io.netty.handler.codec.http.HttpHeaders;

/** What a pod asked for. Below this, no strings of HTTP. */
sealed interface ImdsRequest {

  /**
   * Parses the request line and the headers that matter.
   *
   * @param routes what callers may have from the true metadata service
   */
  static ImdsRequest parse(
      String method, String target, HttpHeaders headers, AllowedRoutes routes) {
    return ImdsRequestParser.parse(method, target, headers, routes);
  }

  /** Asks something that depends on who is asking. */
  sealed interface OfCaller extends ImdsRequest {}

  /** A new session token. */
  record CreateToken(int ttlSeconds) implements OfCaller {}

  /** The name of the caller's role. */
  record ListRole() implements OfCaller {}

  /** Credentials for the role, in any spelling. */
  record GetCredentials(String role) implements OfCaller {}

  /** The instance profile document. */
  record GetInfo() implements OfCaller {}

  /** Something that the operator lets callers have from the true metadata service. */
  record GetMetadata(MetadataPath path) implements OfCaller {}

  /** Whether anybody is there. */
  record Ping() implements ImdsRequest {}

  /** Whether the agent can do its work; deep: whether the server is there at this moment. */
  record Health(boolean deep) implements ImdsRequest {}

  /** Nothing that is served here. */
  record NotServed() implements ImdsRequest {}

  /** A path that is served, but not with this method. */
  record WrongMethod(String allow) implements ImdsRequest {}

  /** A session token where the real service refuses it: PUT on a dated version. */
  record TokenOnDatedVersion() implements ImdsRequest {}

  /** A session token for somebody who came through a proxy. */
  record TokenForwarded() implements ImdsRequest {}

  /** Broken. */
  record Malformed(String why) implements ImdsRequest {}
}
