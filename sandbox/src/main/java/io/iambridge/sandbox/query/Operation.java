package io.iambridge.sandbox.query;

import io.iambridge.sandbox.iam.Principal;
import java.util.function.Consumer;

/** One action of a service. */
@FunctionalInterface
public interface Operation {

  /** Whoever asks, found out only when the action wants to know it. */
  @FunctionalInterface
  interface Caller {
    /** Who has signed the request; refuses one that is not signed, or not well. */
    Principal identify() throws QueryException;
  }

  /** Does it, and answers how to write the content of the result element. */
  Consumer<Xml> call(Caller caller, Parameters parameters) throws QueryException;
}
