package io.iambridge.server.plan.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * Numbers the namespaces' folders. They count from one in the order of names; beside folders of
 * earlier plans that stay, a namespace keeps the folder that it had, and new ones come after.
 */
final class Folders {
  private static final int MIN_DIGITS = 2;

  private Folders() {}

  /** The folders by namespace. */
  static Map<String, String> of(Collection<String> namespaces, SortedMap<String, String> earlier) {
    boolean beside = !namespaces.containsAll(earlier.keySet());
    int number = 0;
    if (beside) {
      for (String folder : earlier.values()) {
        number = Math.max(number, Integer.parseInt(folder.substring(0, folder.indexOf('-'))));
      }
    }
    int digits = Math.max(MIN_DIGITS, String.valueOf(number + namespaces.size()).length());
    Map<String, String> folders = new HashMap<>();
    for (String name : namespaces) {
      String had = earlier.get(name);
      if (beside && had != null) {
        folders.put(name, had);
      } else {
        number++;
        folders.put(name, String.format(Locale.ROOT, "%0" + digits + "d-%s", number, name));
      }
    }
    return folders;
  }
}
