package io.iambridge.server.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code aws}, {@code kubectl} and {@code iambridge-server} on the PATH of a plan's scripts: they
 * keep what they are told in files, and write down how they were called.
 */
final class FakeTools {
  private static final String CALL = "\u001e";
  private static final String WORD = "\u001f";

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
      case "$1 $2" in
        "sts get-caller-identity") echo "$AWS_PROFILE" ;;
        "iam get-role") cat "$role" ;;
        "iam update-assume-role-policy")
          policy=$(option --policy-document "$@")
          cat "${policy#file://}" >"$role"
          ;;
        "eks list-pod-identity-associations")
          if [ -e "$association" ]; then cat "$association"; else echo None; fi
          ;;
        "eks create-pod-identity-association")
          if [ -e "$association" ]; then echo "there is one already" >&2; exit 254; fi
          echo "a-$(option --service-account "$@")" >"$association"
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

  FakeTools(Path state) throws IOException {
    this.state = state;
    for (String folder : List.of("bin", "roles", "associations")) {
      Files.createDirectories(state.resolve(folder));
    }
    tool("aws", AWS);
    tool("kubectl", KUBECTL);
    tool("iambridge-server", "");
  }

  private void tool(String name, String body) throws IOException {
    Path file = state.resolve("bin").resolve(name);
    Files.writeString(file, HEAD.replace("@STATE@", state.toString()) + body);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** How a script ended. */
  record Ran(int status, String output) {}

  /** Runs a script with us on its PATH, and with credentials of the account. */
  Ran run(Path script, String step, String account) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString(), step);
    builder
        .environment()
        .merge("PATH", state.resolve("bin").toString(), (old, ours) -> ours + ":" + old);
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
        if (!words.getFirst().equals("aws")
            || !(what.startsWith("get-") || what.startsWith("list-"))) {
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
