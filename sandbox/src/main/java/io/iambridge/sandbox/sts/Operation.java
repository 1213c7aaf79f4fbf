package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Principal;
import java.util.function.Consumer;

/** One action of STS that needs a signature. */
@FunctionalInterface
interface Operation {

  /** Does it, and answers how to write the content of the result element. */
  Consumer<Xml> call(Principal caller, Parameters parameters) throws StsException;
}
