package io.iambridge.sandbox.iam;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Amazon Resource Name, taken apart.
 *
 * @param resource everything after the fifth colon, e.g. {@code role/team/reader}
 */
public record Arn(
    String partition, String service, String region, String account, String resource) {

  private static final Pattern SYNTAX =
      Pattern.compile("arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([0-9]{12}):([\\x21-\\x7e]+)");

  /** Checks that the parts make an ARN. */
  public Arn {
    String text = join(partition, service, region, account, resource);
    if (!SYNTAX.matcher(text).matches()) {
      throw new IllegalArgumentException("not an ARN: " + text);
    }
  }

  /** Takes a text apart that is known to be an ARN. */
  public static Arn parse(String text) {
    return tryParse(text).orElseThrow(() -> new IllegalArgumentException("not an ARN: " + text));
  }

  /** Takes a text apart, or answers empty when it is no ARN. */
  public static Optional<Arn> tryParse(String text) {
    Matcher parts = SYNTAX.matcher(text);
    return parts.matches()
        ? Optional.of(
            new Arn(parts.group(1), parts.group(2), parts.group(3), parts.group(4), parts.group(5)))
        : Optional.empty();
  }

  /** The last path element: {@code reader} of {@code role/team/reader}. */
  public String name() {
    return resource.substring(resource.lastIndexOf('/') + 1);
  }

  boolean isIam(String type) {
    return service.equals("iam") && region.isEmpty() && resource.startsWith(type + "/");
  }

  @Override
  public String toString() {
    return join(partition, service, region, account, resource);
  }

  private static String join(
      String partition, String service, String region, String account, String resource) {
    return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
  }
}
