package io.iambridge.server.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code aws}, {@code kubectl} and {@code iambridge-server} on the PATH of a plan's scripts: they
 * keep what they are told in files, and write down how they were called.
 */
final class FakeTools {
  private static final String CALL = "\u001e";
  private static final String WORD = "\u001f";
  private static final List<String> LOOKS = List.of("get-", "list-", "describe-");

  private static final String HEAD =
      """
      #!/bin/sh
      set -eu
      state='@STATE@'
      printf '%s\\037' "$(basename "$0")" "$@" >>"$state/calls"
      printf '\\036' >>"$state/calls"
      option() {
        wanted=$1
        shift
        while [ $# -gt 0 ]; do
          case "$1" in
            "$wanted") printf '%s' "$2"; return ;;
            "$wanted"=*) printf '%s' "${1#*=}"; return ;;
          esac
          shift
        done
      }
      """;

  private static final String AWS =
      """
      role="$state/roles/$(option --role-name "$@")"
      association="$state/associations/$(option --namespace "$@").$(option --service-account "$@")"
      if [ -e "$state/fails" ] && [ "$2" = "$(cat "$state/fails")" ]; then exit 254; fi
      case "$1 $2" in
        "sts get-caller-identity") echo "$AWS_PROFILE" ;;
        "iam get-role") cat "$role" ;;
        "iam create-role")
          policy=$(option --assume-role-policy-document "$@")
          cat "${policy#file://}" >"$role"
          ;;
        "iam get-open-id-connect-provider") [ -e "$state/provider.${AWS_PROFILE:-}" ] ;;
        "iam create-open-id-connect-provider") : >"$state/provider.${AWS_PROFILE:-}" ;;
        "iam delete-open-id-connect-provider") rm "$state/provider.${AWS_PROFILE:-}" ;;
        "iam update-assume-role-policy")
          policy=$(option --policy-document "$@")
          cat "${policy#file://}" >"$role"
          ;;
        "eks list-pod-identity-associations")
          if [ -e "$association" ]; then cat "$association"; else echo None; fi
          ;;
        "eks create-pod-identity-association")
          if [ -e "$association" ]; then echo "there is one already" >&2; exit 254; fi
          id="a-$(option --service-account "$@")"
          echo "$id" >"$association"
          target=$(option --target-role-arn "$@")
          printf '%s\\t%s\\n' "$(option --role-arn "$@")" "${target:-None}" >"$state/described/$id"
          ;;
        "eks describe-pod-identity-association")
          cat "$state/described/$(option --association-id "$@")"
          ;;
        "eks delete-pod-identity-association")
          grep -lx "$(option --association-id "$@")" "$state"/associations/* | xargs rm
          ;;
        *) ;;
      esac
      """;

  private static final String KUBECTL =
      """
      case "$1" in
        wait) ! [ -e "$state/not-retired" ] ;;
        *) ;;
      esac
      """;

  private final Path state;
  private String path;

  FakeTools(Path state) throws IOException {
    this.state = state;
    path = state.resolve("bin") + ":" + System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    for (String folder : List.of("bin", "roles", "associations", "described")) {
      Files.createDirectories(state.resolve(folder));
    }
    tool("aws", AWS);
    tool("kubectl", KUBECTL);
    tool("iambridge-server", "");
  }

  private void tool(String name, String body) throws IOException {
    file(name, HEAD.replace("@STATE@", state.toString()) + body);
  }

  private void file(String name, String text) throws IOException {
    Path file = state.resolve("bin").resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** How a script ended. */
  record Ran(int status, String output) {}

  /** From now on nothing else is on the PATH but these, and a tool of that text. */
  void only(List<String> others, String tool, String text) throws IOException {
    tool(tool, text);
    for (String other : others) {
      file(other, "#!/bin/sh\nexec '%s' \"$@\"\n".formatted(onPath(other).orElseThrow()));
    }
    path = state.resolve("bin").toString();
  }

  /** Where a program is. */
  static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
        .map(folder -> Path.of(folder).resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Aws fails at what is called so. */
  void fail(String what) throws IOException {
    Files.writeString(state.resolve("fails"), what);
  }

  /** An association that somebody else has made. */
  void association(String namespace, String account, String role) throws IOException {
    Files.writeString(state.resolve("associations").resolve(namespace + "." + account), "a-else\n");
    Files.writeString(state.resolve("described").resolve("a-else"), role + "\tNone\n");
  }

  /** Runs a script with us on its PATH, and with credentials of the account. */
  Ran run(Path script, String step, String account) throws Exception {
    return run("/bin/sh", script, step, account);
  }

  /** The same by another shell. */
  Ran run(String shell, Path script, String step, String account) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(shell, script.toString(), step);
    builder.environment().put("PATH", path);
    builder.environment().put("AWS_PROFILE_" + account, account);
    Path output = state.resolve("output");
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(script + " hangs");
    }
    return new Ran(process.exitValue(), Files.readString(output));
  }

  void role(String name, String policy) throws IOException {
    Files.writeString(state.resolve("roles").resolve(name), policy);
  }

  String role(String name) throws IOException {
    return Files.readString(state.resolve("roles").resolve(name));
  }

  void notRetired() throws IOException {
    Files.createFile(state.resolve("not-retired"));
  }

  /** The calls since the last time, without those that only look. */
  List<List<String>> changes() throws IOException {
    Path file = state.resolve("calls");
    List<List<String>> calls = new ArrayList<>();
    if (Files.exists(file)) {
      for (String call : ended(Files.readString(file), CALL)) {
        List<String> words = plain(ended(call, WORD));
        String what = words.size() < 3 ? "" : words.get(2);
        if (!words.getFirst().equals("aws") || LOOKS.stream().noneMatch(what::startsWith)) {
          calls.add(words);
        }
      }
      Files.delete(file);
    }
    return calls;
  }

  /** What is ended by a separator each. */
  private static List<String> ended(String text, String separator) {
    List<String> parts = List.of(text.split(separator, -1));
    return parts.subList(0, parts.size() - 1);
  }

  /** The AWS CLI makes no difference between {@code --name=value} and {@code --name value}. */
  static List<String> plain(List<String> words) {
    List<String> plain = new ArrayList<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (words.getFirst().equals("aws") && word.startsWith("--") && equals > 0) {
        plain.add(word.substring(0, equals));
        plain.add(word.substring(equals + 1));
      } else {
        plain.add(word);
      }
    }
    return plain;
  }
}
