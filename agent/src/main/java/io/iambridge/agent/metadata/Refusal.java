package io.iambridge.agent.metadata;

/** Why a caller that may ask the true metadata service was told 503. */
enum Refusal {
  /** It did not answer in time, or not with something that is an answer. */
  METADATA_UNAVAILABLE,
  /** Too much is asked of it already, by all or by this caller. */
  METADATA_BUSY
}
