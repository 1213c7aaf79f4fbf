package io.iambridge.sandbox.check;

/** One claim about the running system, and the way to find out. */
interface Proof {
  /**
   * Finds out.
   *
   * @return what was seen, for the person who reads along
   * @throws WrongException when the claim does not hold
   */
  String prove() throws Exception;

  /** The claim does not hold. */
  final class WrongException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1L;

    WrongException(String seen) {
      super(seen);
    }
  }
}
