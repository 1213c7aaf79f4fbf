package io.iambridge.sandbox.faults;

import io.iambridge.sandbox.sts.Calls.AssumeRoleCall;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What STS was asked in some time.
 *
 * @param calls requests for sessions
 * @param mostOfOneSession requests for one session; each role is one here
 * @param mostInOneSecond requests that began in one second of the clock
 */
record StsLoad(int calls, int mostOfOneSession, int mostInOneSecond) {
  static StsLoad of(List<AssumeRoleCall> calls) {
    return new StsLoad(
        calls.size(),
        most(calls, AssumeRoleCall::roleArn),
        most(calls, call -> call.at().getEpochSecond()));
  }

  private static int most(List<AssumeRoleCall> calls, Function<AssumeRoleCall, ?> group) {
    return calls.stream()
        .collect(Collectors.groupingBy(group, Collectors.counting()))
        .values()
        .stream()
        .mapToInt(Long::intValue)
        .max()
        .orElse(0);
  }
}
