package io.iambridge.server.evidence;

/** Evidence cannot be read or written. */
public final class EvidenceStoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean lasting;

  /**
   * @param lasting whether trying again is of no use: the namespace goes, or it is not permitted
   */
  public EvidenceStoreException(String message, boolean lasting) {
    super(message);
    this.lasting = lasting;
  }

  /** Whether trying again is of no use. */
  public boolean lasting() {
    return lasting;
  }
}
