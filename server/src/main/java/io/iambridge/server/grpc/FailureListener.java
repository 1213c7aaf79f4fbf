package io.iambridge.server.grpc;

import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.IssueException;

/** Hears of pods that are entitled to a role and get no credentials for it. */
@FunctionalInterface
public interface FailureListener {
  /** Must be quick. */
  void failed(Pod pod, IssueException failure);
}
