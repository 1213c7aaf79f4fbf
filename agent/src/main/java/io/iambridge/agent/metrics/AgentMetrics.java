package io.iambridge.agent.metrics;

import io.iambridge.agent.address.Family;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/** What operators are told, in domain words. Label values come from enums only. */
public interface AgentMetrics {

  /** What was asked for. */
  enum Route {
    TOKEN,
    ROLE_LIST,
    CREDENTIALS,
    IAM_INFO,
    POD_IDENTITY,
    METADATA,
    PING,
    HEALTH,
    OTHER
  }

  /** What came of asking the server for credentials. */
  enum Fetch {
    FETCHED,
    /**
     * The server answered with credentials already past half of their life: it has no newer ones.
     */
    STALE,
    REFUSED,
    FAILED
  }

  /** What came of asking the server whose a token is. */
  enum TokenReview {
    VERIFIED,
    REFUSED,
    FAILED
  }

  /** What came of asking the server whether a caller whose peer changed is still there. */
  enum Confirmation {
    CONFIRMED,
    REFUSED,
    FAILED
  }

  /** What came of handing a request to the EKS agent. */
  enum Forward {
    ANSWERED,
    FAILED,
    TOO_MANY
  }

  /** What came of reporting a batch of evidence to the server. */
  enum EvidenceReport {
    KEPT,
    FAILED,
    /** It never will be kept. */
    REJECTED
  }

  /** The two ways of asking the instance metadata service. */
  enum ImdsVersion {
    /** Without session token. */
    V1,
    /** With one. */
    V2
  }

  /** A request was answered. */
  void answered(Route route, int status, Duration latency);

  /** A caller got no credentials, and why: a constant of one of the reason enums. */
  void refused(Enum<?> reason);

  /** A call for credentials came back. */
  void fetched(Fetch result);

  /** A review of a token came back. */
  void tokenReviewed(TokenReview result);

  /** How many tokens are known to be their pods'. */
  void tokensVerified(int count);

  /** A request of a caller without binding was handed to the EKS agent. */
  void forwarded(Forward result);

  /** Credentials were handed to a caller with so much of their life left. */
  void handedOut(Duration remaining);

  /** A known caller asked for something other than a token, in this way. */
  void asked(ImdsVersion version);

  /** A report of evidence was answered, or was not. */
  void evidenceReported(EvidenceReport result);

  /** Calls of callers will be missing in the evidence. */
  void callsNotCounted(long calls);

  /** How many sessions the agent holds or fetches credentials for. */
  void sessions(int count);

  /** How many addresses have a caller. */
  void callers(int count);

  /** Somebody else came to be behind the address of a caller. */
  void neighbourChanged();

  /** The server was asked whether a caller is still there. */
  void callerConfirmed(Confirmation result);

  /** How many requests wait for their caller to become known. */
  void parked(int count);

  /** Whether the watch is live now. */
  void watchConnected(boolean connected);

  /** The watch is being opened again. */
  void watchReconnects();

  /** Where to ask when the certificates of each file end. */
  void certificates(Supplier<Map<String, Instant>> expirations);

  /** How many connections of pods are open. */
  void connections(int open);

  /** A connection was closed at once, because there are too many. */
  void connectionRefused();

  /** Whether the rules that bring pods' requests here are in place. */
  void intercepting(Family family, boolean inPlace);

  /** Rules that had been in place were put back. */
  void interceptionRepaired();

  /** The rules could not be looked at or put right. */
  void interceptionFailed();

  /** How many rules of others redirect the metadata addresses. */
  void foreignRules(int count);
}
