package io.iambridge.agent.podidentity;

import io.iambridge.agent.credentials.FetchResult;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Consumer;

/** Who is asked about tokens. Never blocks; answers exactly once, from any thread. */
public interface TokenServer {

  /** Whose token it is that came from the address. */
  void review(Token token, InetAddress source, Consumer<Review> answer);

  /** The credentials of a hostNetwork pod's session, which its token has to prove each time. */
  void fetch(
      String podUid, String session, Token token, Duration patience, Consumer<FetchResult> answer);
}
