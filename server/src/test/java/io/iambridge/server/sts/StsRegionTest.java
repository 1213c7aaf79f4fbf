package io.iambridge.server.sts;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.testing.StsStub;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

class StsRegionTest {
  private static final AwsRegionProvider NOWHERE =
      () -> {
        throw SdkClientException.create("no region");
      };

  /** A command line of kiam need not name one. */
  @Test
  void withoutARegionItIsTheGlobalSts() throws Exception {
    try (StsStub sts = new StsStub();
        StsConnection connection =
            StsConnection.open(
                new StsConfig(
                    Optional.empty(),
                    Optional.of(sts.endpoint()),
                    Optional.empty(),
                    Duration.ofHours(1),
                    1,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5)),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKID", "secret")),
                NOWHERE)) {
      sts.identity("arn:aws:sts::210987654321:assumed-role/a/b");
      assertThat(connection.identity().roleBaseArn()).isEqualTo("arn:aws:iam::210987654321:role/");
    }
  }
}
