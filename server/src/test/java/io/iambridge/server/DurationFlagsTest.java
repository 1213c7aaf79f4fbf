package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.server.grpc.GrpcConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

class DurationFlagsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--grpc-max-connection-idle-duration=0",
        "--grpc-max-connection-age-duration=0s",
        "--grpc-max-connection-age-grace-duration=0",
        "--grpc-keepalive-time-duration=1s",
        "--drain-grace=0",
      })
  void zeroIsNeverAsInGo(String flag) {
    assertThat(parse(flag)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "--grpc-keepalive-time-duration, 0s, at least 1s: 0s",
    "--grpc-keepalive-time-duration, 999ms, at least 1s: 999ms",
    "--grpc-keepalive-timeout-duration, 0, at least 1ms: 0s",
    "--grpc-max-connection-age-duration, 1us, 0 (never) or at least 1ms",
  })
  void whatCannotBeIsOneLineThatNamesFlagAndValue(String flag, String value, String message) {
    assertThatThrownBy(() -> parse(flag + "=" + value))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(flag)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  private static GrpcConfig parse(String flag) {
    return ServerConfig.parse(
            "--cert=c",
            "--key=k",
            "--ca=a",
            "--role-base-arn=arn:aws:iam::123456789012:role/",
            flag)
        .grpc();
  }
}
