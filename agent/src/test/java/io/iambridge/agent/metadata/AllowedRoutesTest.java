package io.iambridge.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedRoutesTest {
  private static AllowedRoutes matching(String regexp) {
    return AllowedRoutes.of(Set.of(), List.of(Pattern.compile(regexp)));
  }

  @Test
  void nothingIsAllowedUnlessItIsSaid() {
    assertThat(AllowedRoutes.NONE.isEmpty()).isTrue();
    assertThat(AllowedRoutes.NONE.find("/latest/meta-data/placement/region")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "REGION, /latest/meta-data/placement/region",
    "AZ, /1.0/meta-data/placement/availability-zone",
    "AZ, /latest/meta-data/placement/availability-zone-id",
    "INSTANCE_ID, /2021-03-23/meta-data/instance-id",
    "INSTANCE_TYPE, /latest/meta-data/instance-type",
    "AMI_ID, /latest/meta-data/ami-id",
    "INSTANCE_IDENTITY, /latest/dynamic/instance-identity/document",
    "INSTANCE_IDENTITY, /latest/dynamic/instance-identity",
    "HOSTNAME, /latest/meta-data/hostname",
    "HOSTNAME, /latest/meta-data/local-hostname",
    "LOCAL_IPV4, /latest/meta-data/local-ipv4",
    "PUBLIC_IPV4, /latest/meta-data/public-ipv4",
    "MAC, /latest/meta-data/mac",
    "NETWORK, /latest/meta-data/network/interfaces/macs",
    "NETWORK, /latest/meta-data/network/interfaces/macs/02:00:0a:00:00:0a/vpc-id",
    "SERVICES, /latest/meta-data/services/partition",
    "SPOT, /latest/meta-data/spot/instance-action",
    "SPOT, /latest/meta-data/events/recommendations/rebalance",
    "TAGS, /latest/meta-data/tags/instance/Name",
    "LIFECYCLE, /latest/meta-data/instance-life-cycle",
    "LIFECYCLE, /latest/meta-data/autoscaling/target-lifecycle-state"
  })
  void aPresetAllowsItsPathsAtEveryVersionAndNoOtherPresetDoes(Preset preset, String path) {
    assertThat(AllowedRoutes.of(EnumSet.of(preset), List.of()).find(path)).isPresent();
    EnumSet<Preset> others = EnumSet.complementOf(EnumSet.of(preset));
    assertThat(AllowedRoutes.of(others, List.of()).find(path)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/latest/meta-data",
        "/latest/user-data",
        "/latest/dynamic/instance-identity/pkcs7",
        "/latest/dynamic/instance-identity/signature",
        "/latest/meta-data/placement/regions",
        "/latest/x/meta-data/placement/region",
        "/latest/meta-data/public-keys/0/openssh-key",
        "/latest/meta-data/iam/info",
        "/latest/meta-data/network/../iam/info",
        "/latest/meta-data/tags/instance/iam/info",
        "/latest/meta-data/network/interfaces/identity-credentials"
      })
  void noPresetAllowsAnythingElse(String path) {
    AllowedRoutes all = AllowedRoutes.of(EnumSet.allOf(Preset.class), List.of());
    assertThat(all.find(path)).isEmpty();
  }

  @Test
  void anExpressionHasToMatchTheWholePath() {
    AllowedRoutes routes = matching("/latest/meta-data/placement/region|x");
    assertThat(routes.find("/latest/meta-data/placement/region")).isPresent();
    assertThat(routes.find("/latest/meta-data/placement/region/x")).isEmpty();
    assertThat(matching("placement").find("/latest/meta-data/placement")).isEmpty();
  }

  /** kiam's users wrote expressions for what was asked, which often ends in a slash. */
  @Test
  void anExpressionMayTellThePathWithASlashAtItsEnd() {
    assertThat(matching("^/latest/meta-data/placement/.*$").find("/latest/meta-data/placement"))
        .isPresent();
  }

  @Test
  void whateverIsAllowedCredentialsAreNot() {
    AllowedRoutes all = matching(".*");
    assertThat(all.find("/latest/user-data")).isPresent();
    assertThat(all.find("/latest/meta-data/iam/security-credentials/node")).isEmpty();
    assertThat(all.find("/latest/api/token")).isEmpty();
  }

  @Test
  void anExpressionThatWouldTakeForEverDoesNotMatch() {
    AllowedRoutes slow = matching("/latest/(a+)+b");
    assertThat(slow.find("/latest/aab")).isPresent();
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> assertThat(slow.find("/latest/" + "a".repeat(200))).isEmpty());
  }
}
