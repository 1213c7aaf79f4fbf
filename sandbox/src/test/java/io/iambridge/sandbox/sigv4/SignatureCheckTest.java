package io.iambridge.sandbox.sigv4;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignatureCheckTest {

  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final String DATE = "20261122T060000Z";
  private static final String BODY = "Action=GetCallerIdentity&Version=2011-06-15";

  private final List<Instant> clock = new ArrayList<>(List.of(NOW));
  private final Iam iam = new Iam(clock::getFirst, new Random(1));
  private final AccessKey user = iam.createAccessKey("arn:aws:iam::111122223333:user/server");
  private final Role role =
      iam.putRole("arn:aws:iam::111122223333:role/reader", TrustPolicy.trusting("111122223333"));
  private final AccessKey session =
      iam.issue(new Principal.AssumedRole(role, "pod"), NOW.plus(Duration.ofHours(1)));
  private final SignatureCheck check =
      new SignatureCheck("sts", "eu-west-1", iam::accessKey, clock::getFirst);

  @Test
  void goodSignatureNamesTheKey() {
    assertThat(verify(user, call -> call)).isEqualTo(new Verification.Signed(user));
    assertThat(verify(session, call -> call)).isEqualTo(new Verification.Signed(session));
  }

  @Test
  void unsignedRequestIsRefused() {
    assertThat(check.verify(without(signed(user, DATE), "authorization")))
        .isEqualTo(
            new Verification.Refused(
                403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
  }

  @Test
  void unknownKeyIsRefused() {
    AccessKey stranger =
        new AccessKey("AKIASTRANGER", "secret", user.principal(), user.temporary());

    assertRefused(check.verify(signed(stranger, DATE)), 403, "InvalidClientTokenId");
  }

  @Test
  void wrongSecretIsRefused() {
    AccessKey wrong = new AccessKey(user.id(), "wrong", user.principal(), user.temporary());

    assertRefused(check.verify(signed(wrong, DATE)), 403, "SignatureDoesNotMatch");
  }

  @Test
  void tokenOfAnotherSessionIsRefused() {
    AccessKey other = iam.issue(new Principal.AssumedRole(role, "pod"), NOW.plusSeconds(60));
    AccessKey mixed =
        new AccessKey(session.id(), session.secret(), session.principal(), other.temporary());

    assertRefused(check.verify(signed(mixed, DATE)), 403, "InvalidClientTokenId");
  }

  @Test
  void sessionKeyWithoutItsTokenIsRefused() {
    AccessKey bare =
        new AccessKey(session.id(), session.secret(), session.principal(), user.temporary());

    assertRefused(check.verify(signed(bare, DATE)), 403, "InvalidClientTokenId");
  }

  @Test
  void tokenWithLongTermKeyIsRefused() {
    AccessKey odd = new AccessKey(user.id(), user.secret(), user.principal(), session.temporary());

    assertRefused(check.verify(signed(odd, DATE)), 403, "InvalidClientTokenId");
  }

  @Test
  void expiredSessionIsToldSo() {
    clock.set(0, NOW.plus(Duration.ofHours(1)));

    assertThat(check.verify(signed(session, "20261122T070000Z")))
        .isEqualTo(
            new Verification.Refused(
                403, "ExpiredToken", "The security token included in the request is expired"));
  }

  @ParameterizedTest
  @CsvSource({
    "20261122T055500Z, true",
    "20261122T055459Z, false",
    "20261122T060500Z, true",
    "20261122T060501Z, false",
    "2026-11-22T06:00Z, false",
  })
  void clockMayBeFiveMinutesOff(String date, boolean good) {
    assertThat(check.verify(signed(user, date)) instanceof Verification.Signed).isEqualTo(good);
  }

  @ParameterizedTest
  @CsvSource({
    "20261122/us-east-1/sts/aws4_request, valid region",
    "20261122/eu-west-1/s3/aws4_request, correct service: 'sts'",
    "20261122/eu-west-1/sts/aws5_request, valid terminator",
    "20261121/eu-west-1/sts/aws4_request, Date in Credential scope",
  })
  void signatureForAnotherScopeIsRefused(String scope, String why) {
    HttpCall call = sign(unsigned(user, DATE), user, scope, signedHeaders(user), DATE);

    assertThat(check.verify(call))
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("SignatureDoesNotMatch");
              assertThat(refused.message()).contains(why);
            });
  }

  @Test
  void hostAndAmzHeadersMustBeSigned() {
    String scope = "20261122/eu-west-1/sts/aws4_request";
    for (String missing : List.of("host", "x-amz-date", "x-amz-security-token")) {
      List<String> headers = new ArrayList<>(signedHeaders(session));
      headers.remove(missing);

      assertRefused(
          check.verify(sign(unsigned(session, DATE), session, scope, headers, DATE)),
          403,
          "SignatureDoesNotMatch");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Basic dXNlcjpwYXNz",
    "AWS4-HMAC-SHA256",
    "'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host'",
    "'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0'",
    "'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0, Signature=1'",
    "'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, , SignedHeaders=host, Signature=0'",
  })
  void brokenHeaderIsIncomplete(String header) {
    assertRefused(
        check.verify(with(signed(user, DATE), "authorization", header)),
        400,
        "IncompleteSignature");
  }

  /** Nothing that is signed can be changed: neither a byte of a header, the body nor the target. */
  @Test
  void anyFlippedByteIsRefused() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      AccessKey key = random.nextBoolean() ? user : session;
      HttpCall good = signed(key, DATE);
      HttpCall bad = flip(good, random);

      assertThat(check.verify(bad))
          .as("seed %d, round %d: %s", seed, i, bad)
          .isInstanceOf(Verification.Refused.class);
    }
  }

  private static HttpCall flip(HttpCall call, Random random) {
    List<String> names = new ArrayList<>(new TreeMap<>(call.headers()).keySet());
    int part = random.nextInt(names.size() + 4);
    return switch (part) {
      case 0 -> copy(call, flip(call.method(), random), call.path(), call.query(), BODY);
      case 1 -> copy(call, call.method(), "/" + (char) ('a' + random.nextInt(26)), "", BODY);
      case 2 -> copy(call, call.method(), call.path(), "a=" + random.nextInt(), BODY);
      case 3 -> copy(call, call.method(), call.path(), call.query(), flip(BODY, random));
      default -> {
        String name = names.get(part - 4);
        String value = call.header(name).orElseThrow();
        yield with(call, name, flip(value, random));
      }
    };
  }

  /** Changes one bit so that another printable character comes out which is no blank. */
  private static String flip(String text, Random random) {
    char[] chars = text.toCharArray();
    while (true) {
      int at = random.nextInt(chars.length);
      char flipped = (char) (chars[at] ^ (1 << random.nextInt(7)));
      if (flipped > ' ' && flipped < 127) {
        chars[at] = flipped;
        return new String(chars);
      }
    }
  }

  private Verification verify(AccessKey key, UnaryOperator<HttpCall> change) {
    return check.verify(change.apply(signed(key, DATE)));
  }

  private static void assertRefused(Verification verification, int status, String code) {
    assertThat(verification)
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused.status()).isEqualTo(status);
            });
  }

  private static HttpCall signed(AccessKey key, String date) {
    String scope = date.substring(0, 8) + "/eu-west-1/sts/aws4_request";
    return sign(unsigned(key, date), key, scope, signedHeaders(key), date);
  }

  private static HttpCall sign(
      HttpCall call, AccessKey key, String scope, List<String> headers, String date) {
    Authorization unsigned = Authorization.parse(header(key, scope, headers, "none")).orElseThrow();
    String signature = Signature.of(call, headers, unsigned.scope(), date, key.secret());
    return with(call, "authorization", header(key, scope, headers, signature));
  }

  private static String header(
      AccessKey key, String scope, List<String> headers, String signature) {
    return "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
        .formatted(key.id(), scope, String.join(";", headers), signature);
  }

  private static List<String> signedHeaders(AccessKey key) {
    return key.temporary().isPresent()
        ? List.of("content-type", "host", "x-amz-date", "x-amz-security-token")
        : List.of("content-type", "host", "x-amz-date");
  }

  private static HttpCall unsigned(AccessKey key, String date) {
    Map<String, List<String>> headers = new TreeMap<>();
    headers.put("content-type", List.of("application/x-www-form-urlencoded"));
    headers.put("host", List.of("127.0.0.1:4566"));
    headers.put("x-amz-date", List.of(date));
    key.temporary()
        .ifPresent(
            temporary -> headers.put("x-amz-security-token", List.of(temporary.sessionToken())));
    return copy(new HttpCall("POST", "/", "", headers, ""), "POST", "/", "", BODY);
  }

  private static HttpCall copy(
      HttpCall call, String method, String path, String query, String body) {
    return new HttpCall(
        method, path, query, call.headers(), Signature.payloadHash(body.getBytes(UTF_8)));
  }

  private static HttpCall with(HttpCall call, String header, String value) {
    Map<String, List<String>> headers = new TreeMap<>(call.headers());
    headers.put(header, List.of(value));
    return new HttpCall(call.method(), call.path(), call.query(), headers, call.payloadHash());
  }

  private static HttpCall without(HttpCall call, String header) {
    Map<String, List<String>> headers = new TreeMap<>(call.headers());
    headers.remove(header);
    return new HttpCall(call.method(), call.path(), call.query(), headers, call.payloadHash());
  }
}
