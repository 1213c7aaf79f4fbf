package io.iambridge.server.grpc;

import io.grpc.StatusRuntimeException;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.ReviewTokenResponse;
import io.iambridge.server.tokens.Finding;
import io.iambridge.server.tokens.TokenHolders;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;

/** Answers what agents ask about tokens. */
final class TokenAnswers {
  private final TokenHolders holders;

  TokenAnswers(TokenHolders holders) {
    this.holders = holders;
  }

  /** Fails with a refusal. */
  CompletableFuture<ReviewTokenResponse> review(ReviewTokenRequest request, String node) {
    InetAddress source;
    try {
      // Never a name: ofLiteral does not ask DNS.
      source = InetAddress.ofLiteral(request.getSourceIp());
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          Refusal.of(Reason.REASON_UNSPECIFIED, "the source is no IP address"));
    }
    return holders.at(source, request.getToken(), node).thenApply(TokenAnswers::response);
  }

  private static ReviewTokenResponse response(Finding finding) {
    Finding.Found found = foundOrRefusal(finding);
    return Messages.tokenHolder(found.binding(), found.tokenExpiration());
  }

  private static Finding.Found foundOrRefusal(Finding finding) throws StatusRuntimeException {
    return switch (finding) {
      case Finding.Found found -> found;
      case Finding.Refused(var reason, var message) -> throw Refusal.of(reason, message);
    };
  }

  /** Completes when the token is that of this hostNetwork pod; fails with a refusal otherwise. */
  CompletableFuture<Finding.Found> hostNetworkPod(String podUid, String token, String node) {
    return holders.hostNetworkPod(podUid, token, node).thenApply(TokenAnswers::foundOrRefusal);
  }
}
