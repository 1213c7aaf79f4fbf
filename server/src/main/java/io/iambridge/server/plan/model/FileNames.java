package io.iambridge.server.plan.model;

import io.iambridge.server.roles.RoleArn;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Gives roles' files names that are distinct, also where the file system does not tell capital
 * letters from small ones. A role has the name that it would have alone, unless another one has it
 * too, or it ends like one of the several files of a role: then a hash of the ARN is part of it.
 */
final class FileNames {
  private static final Pattern SEVERAL =
      Pattern.compile("(?i).*\\.(?:statement|too-long|present|permission)");

  private FileNames() {}

  /** The names. */
  static Map<RoleArn, String> of(Collection<RoleArn> roles, Function<RoleArn, String> alone) {
    Map<String, Integer> wanted = new HashMap<>();
    roles.forEach(role -> wanted.merge(folded(alone.apply(role)), 1, Integer::sum));
    Map<RoleArn, String> names = new HashMap<>();
    Set<String> taken = new HashSet<>(wanted.keySet());
    for (RoleArn role : roles) {
      String name = alone.apply(role);
      if (wanted.getOrDefault(folded(name), 0) > 1 || SEVERAL.matcher(name).matches()) {
        do {
          name += "-" + Names.hash(role.toString());
        } while (!taken.add(folded(name)));
      }
      names.put(role, name);
    }
    return names;
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
