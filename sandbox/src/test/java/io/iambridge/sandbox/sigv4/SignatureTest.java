package io.iambridge.sandbox.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of AWS's own documentation and test suite, which use this published example key. */
class SignatureTest {

  private static final String EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  private static final String EMPTY_HASH = Signature.payloadHash(new byte[0]);

  @Test
  void listUsersOfTheDocumentation() {
    HttpCall call =
        new HttpCall(
            "GET",
            "/",
            "Action=ListUsers&Version=2010-05-08",
            Map.of(
                "content-type", List.of("application/x-www-form-urlencoded; charset=utf-8"),
                "host", List.of("iam.amazonaws.com"),
                "x-amz-date", List.of("20150830T123600Z")),
            EMPTY_HASH);

    assertThat(sign(call, "iam", "content-type", "host", "x-amz-date"))
        .isEqualTo("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  }

  @Test
  void getVanillaOfTheTestSuite() {
    HttpCall call =
        new HttpCall(
            "GET",
            "/",
            "",
            Map.of(
                "host", List.of("example.amazonaws.com"),
                "x-amz-date", List.of("20150830T123600Z")),
            EMPTY_HASH);

    assertThat(sign(call, "service", "host", "x-amz-date"))
        .isEqualTo("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  }

  @Test
  void queryIsSortedAndEncodedAnew() {
    HttpCall call = new HttpCall("GET", "/", "b=2&a=x+y&a=%2f&c", Map.of(), EMPTY_HASH);

    assertThat(CanonicalRequest.of(call, List.of()).lines().skip(2).findFirst())
        .contains("a=%2F&a=x%2By&b=2&c=");
  }

  @Test
  void pathIsEncodedTwice() {
    HttpCall call = new HttpCall("POST", "/clusters/a%20b/x", "", Map.of(), EMPTY_HASH);

    assertThat(CanonicalRequest.of(call, List.of()).lines().skip(1).findFirst())
        .contains("/clusters/a%2520b/x");
  }

  private static String sign(HttpCall call, String service, String... signedHeaders) {
    return Signature.of(
        call,
        List.of(signedHeaders),
        new Authorization.Scope("AKIDEXAMPLE", "20150830", "us-east-1", service, "aws4_request"),
        "20150830T123600Z",
        EXAMPLE_SECRET);
  }
}
