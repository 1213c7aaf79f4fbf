package io.iambridge.server.plan.text;

import io.iambridge.common.cli.StartException;
import io.iambridge.server.plan.model.Planner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Writes a plan's files into a folder: an empty one, a new one, or one with an earlier plan, which
 * a file says that names all the others.
 *
 * <p>Each file is whole or the one before, whenever we are killed: it is written beside its place
 * and then put there. Files that an earlier plan had and this one has not are removed, and nothing
 * else; and not those of namespaces that stay.
 */
public final class PlanFolder {
  /** The file by which a folder of ours is known. */
  static final String MARKER = ".iambridge-plan";

  private static final String HEAD = "# Written by iambridge-server migration plan. Its files:";
  private static final String NEW = ".iambridge-plan.new";

  private final Path folder;

  /** A folder, which need not exist. */
  public PlanFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads the earlier plan, before any work is done.
   *
   * @throws StartException when there is one that cannot be read, or what is there is none
   */
  public EarlierPlan earlier() {
    try {
      SortedSet<String> former = formerFiles();
      // It is the first file that is written: a first run may have been killed before.
      return former.contains(PlanFiles.JSON)
              && former.stream().anyMatch(file -> Files.exists(inside(file)))
          ? EarlierPlan.parse(Files.readString(folder.resolve(PlanFiles.JSON)))
          : EarlierPlan.NONE;
    } catch (IOException | IllegalArgumentException e) {
      throw new StartException(
          "--out %s has a %s that cannot be read, and with it the way back: %s; name another folder"
              .formatted(folder, PlanFiles.JSON, e.getMessage()),
          e);
    }
  }

  /** Writes the files of a plan, and none of earlier ones stays. */
  public int write(SortedMap<String, String> files) {
    return write(files, EarlierPlan.NONE);
  }

  /**
   * Writes the files.
   *
   * @param staying namespaces whose files stay as they are
   * @return how many are new or have changed, or are gone
   * @throws StartException when the folder has files that are not an earlier plan's, or cannot be
   *     written
   */
  public int write(SortedMap<String, String> files, EarlierPlan staying) {
    try {
      SortedSet<String> former = formerFiles();
      SortedSet<String> all = new TreeSet<>(files.keySet());
      all.addAll(former.stream().filter(file -> stays(file, staying)).toList());
      Files.createDirectories(folder);
      SortedSet<String> both = new TreeSet<>(former);
      both.addAll(files.keySet());
      int changed = 0;
      // First what there may be, so that a run that is killed leaves a folder of ours.
      put(MARKER, marker(both));
      // Then what the way back is known by.
      if (files.containsKey(PlanFiles.JSON)) {
        changed += put(PlanFiles.JSON, files.getOrDefault(PlanFiles.JSON, "")) ? 1 : 0;
      }
      for (Map.Entry<String, String> file : files.entrySet()) {
        changed += put(file.getKey(), file.getValue()) ? 1 : 0;
        former.remove(file.getKey());
      }
      former.removeAll(all);
      for (String gone : former) {
        remove(gone);
        changed++;
      }
      put(MARKER, marker(all));
      return changed;
    } catch (IOException | UncheckedIOException e) {
      throw failed(e);
    }
  }

  /** What namespaces that stay have in common with others stays as well. */
  private static boolean stays(String file, EarlierPlan staying) {
    String top = file.substring(0, Math.max(0, file.indexOf('/')));
    return staying.folders().contains(top)
        || (!staying.folders().isEmpty() && top.equals(Planner.SHARED));
  }

  private StartException failed(Exception e) {
    return new StartException("--out " + folder + " cannot be written: " + e, e);
  }

  private SortedSet<String> formerFiles() throws IOException {
    SortedSet<String> former = new TreeSet<>();
    if (!Files.exists(folder)) {
      return former;
    }
    if (!Files.isDirectory(folder)) {
      throw new StartException("--out " + folder + " is not a folder");
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(folder.resolve(MARKER));
    } catch (NoSuchFileException e) {
      try (Stream<Path> there = Files.list(folder)) {
        // What a first run left that was killed is nobody's.
        if (there.anyMatch(path -> !path.endsWith(NEW))) {
          throw new StartException(
              "--out " + folder + " has files that are not an earlier plan's; name another folder",
              e);
        }
      }
      return former;
    }
    if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
      throw new StartException("--out " + folder + " has a " + MARKER + " that is not ours");
    }
    for (String line : lines.subList(1, lines.size())) {
      inside(line);
      former.add(line);
    }
    return former;
  }

  /** Somebody may have edited the marker; nothing outside of the folder is ever touched. */
  private Path inside(String file) {
    Path path = folder.resolve(file).normalize();
    if (!path.startsWith(folder.normalize()) || path.equals(folder.normalize())) {
      throw new StartException("--out " + folder + " has a " + MARKER + " that is not ours");
    }
    return path;
  }

  private static String marker(SortedSet<String> files) {
    List<String> lines = new ArrayList<>(List.of(HEAD));
    lines.addAll(files);
    return String.join("\n", lines) + "\n";
  }

  private boolean put(String file, String text) throws IOException {
    Path path = inside(file);
    if (Files.isRegularFile(path) && Files.readString(path).equals(text)) {
      return false;
    }
    Files.createDirectories(path.getParent());
    Path beside = folder.resolve(NEW);
    Files.writeString(beside, text);
    if (file.endsWith(".sh") && Files.getFileStore(beside).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  private void remove(String file) throws IOException {
    Path path = inside(file);
    Files.deleteIfExists(path);
    // Folders that have become empty, up to the plan's own.
    for (Path up = path.getParent();
        up != null && !up.equals(folder.normalize()) && isEmpty(up);
        up = up.getParent()) {
      Files.deleteIfExists(up);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> there = Files.list(folder)) {
      return there.findAny().isEmpty();
    }
  }
}
