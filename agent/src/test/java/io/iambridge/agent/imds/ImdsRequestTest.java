package io.iambridge.agent.imds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.iambridge.agent.imds.ImdsRequest.CreateToken;
import io.iambridge.agent.imds.ImdsRequest.GetCredentials;
import io.iambridge.agent.imds.ImdsRequest.GetInfo;
import io.iambridge.agent.imds.ImdsRequest.GetMetadata;
import io.iambridge.agent.imds.ImdsRequest.Health;
import io.iambridge.agent.imds.ImdsRequest.ListRole;
import io.iambridge.agent.imds.ImdsRequest.Malformed;
import io.iambridge.agent.imds.ImdsRequest.NotServed;
import io.iambridge.agent.imds.ImdsRequest.Ping;
import io.iambridge.agent.imds.ImdsRequest.TokenForwarded;
import io.iambridge.agent.imds.ImdsRequest.TokenOnDatedVersion;
import io.iambridge.agent.imds.ImdsRequest.WrongMethod;
import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.MetadataPath;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImdsRequestTest {
  private static final String ROLES = "/latest/meta-data/iam/security-credentials";
  private static final HttpHeaders NONE = new DefaultHttpHeaders();

  private static ImdsRequest parse(String method, String target, HttpHeaders headers) {
    return ImdsRequest.parse(method, target, headers, AllowedRoutes.NONE);
  }

  static Stream<Arguments> paths() {
    return Stream.of(
        arguments("/ping", new Ping()),
        arguments("/ping/?x", new Ping()),
        arguments("/health", new Health(/* deep= */ false)),
        arguments("/health?deep=", new Health(/* deep= */ false)),
        arguments("/health?a=b&deep=true", new Health(/* deep= */ true)),
        arguments(ROLES, new ListRole()),
        arguments(ROLES + "/", new ListRole()),
        arguments(ROLES + "/?recursive=true", new ListRole()),
        arguments("//latest//meta-data/iam/security-credentials//", new ListRole()),
        arguments("/1.0/meta-data/iam/security-credentials", new ListRole()),
        arguments("/2021-03-23/meta-data/iam/security-credentials", new ListRole()),
        arguments(ROLES + "/app", new GetCredentials("app")),
        arguments(ROLES + "/app/", new GetCredentials("app")),
        arguments(ROLES + "//team//app", new GetCredentials("team/app")),
        arguments(ROLES + "/a%2Fb", new GetCredentials("a/b")),
        arguments(ROLES + "/a%252Fb", new GetCredentials("a%2Fb")),
        arguments(ROLES + "/%2e%2e", new GetCredentials("..")),
        arguments("/latest/meta-data/iam/info", new GetInfo()),
        arguments("/latest/meta-data/iam/info/", new GetInfo()));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void pathsMeanWhatTheySay(String target, ImdsRequest expected) {
    assertThat(parse("GET", target, NONE)).isEqualTo(expected);
    assertThat(parse("HEAD", target, NONE)).isEqualTo(expected);
    assertThat(parse("POST", target, NONE)).isEqualTo(new WrongMethod("GET, HEAD"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "//",
        "/latest",
        "/2021-3-23/meta-data/iam/info",
        "/2021-03-233/meta-data/iam/info",
        "/2.0/meta-data/iam/info",
        "/Latest/meta-data/iam/info",
        "/latest/meta-data/iam/security-credentials-extended/",
        "/latest/meta-data/iam/security-credentialsx",
        "/latest/meta-data/iam/inf%6F",
        "/latest%2Fmeta-data/iam/info",
        "/latest/./meta-data/iam/info",
        "/latest/meta-data/iam/info/.",
        "/latest/x/../meta-data/iam/info",
        ROLES + "/..",
        ROLES + "/../security-credentials",
        ROLES + "/a\\b",
        ROLES + "/a;b",
        ROLES + "/a\u0001b",
        ROLES + "/a\u00e9",
        ROLES + "/a b"
      })
  void everythingElseIsNotServed(String target) {
    assertThat(parse("GET", target, NONE)).isEqualTo(new NotServed());
    assertThat(parse("POST", target, NONE)).isEqualTo(new NotServed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "http://169.254.169.254/latest/meta-data/iam/info", "x:80"})
  void onlyOriginFormIsUnderstood(String target) {
    assertThat(parse("GET", target, NONE)).isInstanceOf(Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%2", "%zz", "a%2", "%%41"})
  void brokenEscapesAreMalformed(String role) {
    assertThat(parse("GET", ROLES + "/" + role, NONE)).isInstanceOf(Malformed.class);
  }

  @Test
  void tokenRequests() {
    HttpHeaders ttl = new DefaultHttpHeaders().add("x-AWS-ec2-metadata-token-ttl-seconds", "60");
    assertThat(parse("PUT", "/latest/api/token", ttl)).isEqualTo(new CreateToken(60));
    assertThat(parse("PUT", "//latest/api/token/", ttl)).isEqualTo(new CreateToken(60));
    assertThat(parse("PUT", "/latest/api/token", NONE)).isInstanceOf(Malformed.class);
    assertThat(parse("PUT", "/2021-03-23/api/token", ttl)).isEqualTo(new TokenOnDatedVersion());
    assertThat(parse("GET", "/latest/api/token", ttl)).isEqualTo(new WrongMethod("PUT"));
    HttpHeaders forwarded = ttl.copy().add("X-Forwarded-For", "");
    assertThat(parse("PUT", "/latest/api/token", forwarded)).isEqualTo(new TokenForwarded());
  }

  @Test
  void whatIsAllowedIsAskedOfTheTrueService() {
    AllowedRoutes all = AllowedRoutes.of(Set.of(), List.of(Pattern.compile(".*")));
    ImdsRequest region = new GetMetadata(new MetadataPath("/latest/meta-data/placement/region"));
    for (String target :
        List.of(
            "/latest/meta-data/placement/region",
            "//latest/meta-data//placement/region/",
            "/latest/meta-data/placement/region?x=/../iam")) {
      assertThat(ImdsRequest.parse("GET", target, NONE, all)).isEqualTo(region);
      assertThat(ImdsRequest.parse("HEAD", target, NONE, all)).isEqualTo(region);
      assertThat(ImdsRequest.parse("get", target, NONE, all)).isInstanceOf(WrongMethod.class);
      assertThat(ImdsRequest.parse("PUT", target, NONE, all)).isInstanceOf(WrongMethod.class);
      assertThat(parse("GET", target, NONE)).isEqualTo(new NotServed());
    }
  }

  @Test
  void whatTheAgentServesItselfIsNeverAskedOfTheTrueService() {
    AllowedRoutes all = AllowedRoutes.of(Set.of(), List.of(Pattern.compile(".*")));
    paths()
        .forEach(path ->
            assertThat(ImdsRequest.parse("GET", (String) path.get()[0], NONE, all))
                .isEqualTo(path.get()[1]));
  }

  @Test
  void randomTargetsNeverThrow() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String alphabet = "/%.?;\\aA0\u0000\u00ff:-latest";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder target = new StringBuilder(random.nextBoolean() ? ROLES : "");
      for (int length = random.nextInt(20); length > 0; length--) {
        target.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(parse("GET", target.toString(), NONE)).as("seed %s", seed).isNotNull();
    }
  }
}
