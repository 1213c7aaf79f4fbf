package io.iambridge.server.bindings;

import io.iambridge.server.cluster.Pod;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The external id that a pod's annotation gives. */
final class ExternalIds {
  // STS API reference, AssumeRole, ExternalId.
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_+=,.@:/-]{2,1224}");

  private static final Pattern LEGAL_CHARACTERS = Pattern.compile("[A-Za-z0-9_+=,.@:/-]*");

  private ExternalIds() {}

  static Optional<String> of(Pod pod) {
    String externalId = pod.annotations().getOrDefault(Binder.EXTERNAL_ID, "");
    return externalId.isEmpty() ? Optional.empty() : Optional.of(externalId);
  }

  static boolean isLegal(String externalId) {
    return LEGAL.matcher(externalId).matches();
  }

  /** Not the value: it is often right but for a line feed, and others trust in it. */
  static String complaint(Pod pod, String externalId) {
    return "annotation %s of pod %s is not 2 to 1224 letters, digits or _+=,.@:/- (of its %d characters the first %d are legal)"
        .formatted(
            Binder.EXTERNAL_ID, pod.fullName(), externalId.length(), legalCharacters(externalId));
  }

  private static int legalCharacters(String externalId) {
    Matcher legal = LEGAL_CHARACTERS.matcher(externalId);
    return legal.lookingAt() ? legal.end() : 0;
  }
}
