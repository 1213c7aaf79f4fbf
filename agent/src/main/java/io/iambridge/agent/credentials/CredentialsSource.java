package io.iambridge.agent.credentials;

import java.util.function.Consumer;

/** Where credentials come from. */
@FunctionalInterface
public interface CredentialsSource {

  /**
   * Asks for the credentials of a session on behalf of one of its pods. Never blocks; answers
   * exactly once, from any thread.
   */
  void fetch(String podUid, String session, Consumer<FetchResult> answer);
}
