package io.iambridge.agent.callers;

import java.net.InetAddress;

/** Signs that somebody else is behind an address, from elsewhere than the server. Any thread. */
public interface Peers {
  /** No sign ever. */
  Peers UNSEEN =
      new Peers() {
        @Override
        public long stamp(InetAddress address) {
          return 0;
        }

        @Override
        public boolean settled() {
          return true;
        }
      };

  /** Another number after each sign that somebody else is behind the address, never one it was. */
  long stamp(InetAddress address);

  /**
   * Whether no sign was missed; to be read before {@link #stamp}. While it is false, nothing is
   * known of any address; it does not stay so for long.
   */
  boolean settled();
}
