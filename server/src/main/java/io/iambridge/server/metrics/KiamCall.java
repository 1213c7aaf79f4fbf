package io.iambridge.server.metrics;

/** What kiam's agents call. */
public enum KiamCall {
  GET_POD_ROLE,
  GET_POD_CREDENTIALS,
  GET_HEALTH
}
