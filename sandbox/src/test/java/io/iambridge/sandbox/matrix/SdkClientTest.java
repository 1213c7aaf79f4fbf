package io.iambridge.sandbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SdkClientTest {
  @Test
  void aLineIsAClient() {
    assertThat(
            SdkClient.parse(
                List.of(
                    "# ID | …", "", "go-9 | Go | 9.1 | go v9 | imds-v2,pod-identity | optional")))
        .containsExactly(
            new SdkClient(
                "go-9", "Go", "9.1", "go v9", List.of(Way.IMDS_V2, Way.POD_IDENTITY), false));
  }

  @Test
  void whatIsNoClientIsSaid() {
    for (String line :
        List.of(
            "go-9 | Go | 9.1 | go v9 | imds-v2",
            "go-9 | Go | 9.1 | go v9 | imds-v3 | optional",
            "go-9 | Go | 9.1 | go v9 | imds-v2 | maybe")) {
      assertThatIllegalArgumentException().isThrownBy(() -> SdkClient.parse(List.of(line)));
    }
  }

  @Test
  void theListHasEveryClientOnceAndEveryFamily() throws IOException {
    List<SdkClient> clients =
        SdkClient.parse(Files.readAllLines(Path.of("lab/clients/clients.list")));

    assertThat(clients).extracting(SdkClient::id).doesNotHaveDuplicates();
    assertThat(clients.stream().filter(SdkClient::required))
        .extracting(SdkClient::name)
        .contains(
            "boto",
            "boto3",
            "AWS CLI",
            "AWS SDK for Java",
            "AWS SDK for JavaScript",
            "AWS SDK for Ruby",
            "AWS SDK for Go",
            "AWS SDK for Go v2");
  }
}
