package io.iambridge.sandbox.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicSessionCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.securitytoken.AWSSecurityTokenService;
import com.amazonaws.services.securitytoken.AWSSecurityTokenServiceClientBuilder;
import com.amazonaws.services.securitytoken.model.AWSSecurityTokenServiceException;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityRequest;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The AWS SDK for Java 1, which most pods of a kiam cluster carry. */
class StsWithSdkOneTest {

  private final StsFixture fixture = new StsFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void issuedCredentialsNameRoleAndSession() {
    Credentials issued = fixture.assume(StsFixture.ROLE);

    GetCallerIdentityResult identity = identity(issued, issued.sessionToken());

    assertThat(identity.getArn())
        .isEqualTo("arn:aws:sts::111122223333:assumed-role/reader/kiam-kiam");
    assertThat(identity.getAccount()).isEqualTo("111122223333");
  }

  @Test
  void tamperedTokenIsRefused() {
    Credentials issued = fixture.assume(StsFixture.ROLE);

    assertThatThrownBy(() -> identity(issued, "x" + issued.sessionToken()))
        .isInstanceOfSatisfying(
            AWSSecurityTokenServiceException.class,
            e -> {
              assertThat(e.getErrorCode()).isEqualTo("InvalidClientTokenId");
              assertThat(e.getStatusCode()).isEqualTo(403);
              assertThat(e.getRequestId()).matches("[0-9a-f-]{36}");
            });
  }

  private GetCallerIdentityResult identity(Credentials issued, String token) {
    AWSSecurityTokenService client =
        AWSSecurityTokenServiceClientBuilder.standard()
            .withEndpointConfiguration(
                new EndpointConfiguration(fixture.sts.endpoint().toString(), "eu-west-1"))
            .withCredentials(
                new AWSStaticCredentialsProvider(
                    new BasicSessionCredentials(
                        issued.accessKeyId(), issued.secretAccessKey(), token)))
            .build();
    try {
      return client.getCallerIdentity(new GetCallerIdentityRequest());
    } finally {
      client.shutdown();
    }
  }
}
