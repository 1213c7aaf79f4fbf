package io.iambridge.server.evidence;

/** Evidence cannot be read or written. */
public final class EvidenceStoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean lasting;

  /**
   * @param lasting whether trying again will hardly be of use: this object is refused
   */
  public EvidenceStoreException(String message, boolean lasting) {
    super(message);
    this.lasting = lasting;
  }

  /** Whether trying again will hardly be of use. */
  public boolean lasting() {
    return lasting;
  }
}
