package io.iambridge.server.evidence;

import io.iambridge.server.credentials.Credentials;

/** Hears of calls that no agent of ours reports. Quick; never throws. */
public interface CallListener {
  /** Hears nothing. */
  CallListener NONE =
      new CallListener() {
        @Override
        public void served(String podUid, Credentials credentials) {}

        @Override
        public void failed(String podUid, boolean refused) {}
      };

  /** The pod got these. */
  void served(String podUid, Credentials credentials);

  /**
   * The pod got none.
   *
   * @param refused whether it may not have them; otherwise they could not be had just now
   */
  void failed(String podUid, boolean refused);
}
