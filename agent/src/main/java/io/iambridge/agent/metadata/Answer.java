package io.iambridge.agent.metadata;

import io.iambridge.agent.http.Response;

/** What came of asking the true metadata service. */
sealed interface Answer {

  /** A document or a directory. */
  record Found(Response response) implements Answer {}

  /** It has nothing at the path, e.g. no notice for a spot instance. */
  record Missing() implements Answer {}

  /** It did not answer, or otherwise; one line for people. */
  record Unavailable(String why) implements Answer {}
}
