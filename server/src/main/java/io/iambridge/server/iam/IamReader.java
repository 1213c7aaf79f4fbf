package io.iambridge.server.iam;

import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.Role;

/** Asks IAM. What it does not tell is not readable, with the reason; nothing is ever thrown. */
public final class IamReader implements Closeable {
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
  private static final int FORBIDDEN = 403;

  private final String account;
  private final IamConnection connection;
  private final IamClient client;

  private IamReader(String account, IamConnection connection) {
    this.account = account;
    this.connection = connection;
    this.client = connection.client();
  }

  /**
   * Prepares the client; nothing is sent yet.
   *
   * @param account whose credentials these are: IAM has no way to read another account
   * @param region tells which partition's IAM is asked; empty for the usual one
   * @param endpoint instead of IAM's own
   */
  public static IamReader open(
      String account,
      Optional<Region> region,
      Optional<URI> endpoint,
      AwsCredentialsProvider credentials) {
    return new IamReader(
        account, IamConnection.open(region, endpoint, credentials, ATTEMPT_TIMEOUT, CALL_TIMEOUT));
  }

  /** What a role trusts now. */
  public PresentTrust trust(RoleArn role) {
    if (!role.account().equals(account)) {
      return new PresentTrust.NotReadable("it is in another account than our credentials");
    }
    try {
      Role found = client.getRole(request -> request.roleName(role.name())).role();
      if (!role.toString().equals(found.arn())) {
        // A name is a role's alone whatever its path, but an ARN with another path is nobody's.
        return new PresentTrust.NoRole();
      }
      return new PresentTrust.Known(
          TrustDocument.parse(IamConnection.decoded(found.assumeRolePolicyDocument())));
    } catch (NoSuchEntityException e) {
      return new PresentTrust.NoRole();
    } catch (SdkException e) {
      return new PresentTrust.NotReadable(why(e, "iam:GetRole"));
    } catch (IllegalArgumentException e) {
      return new PresentTrust.NotReadable("what IAM has is " + e.getMessage());
    }
  }

  /** An account's OIDC provider. */
  public PresentProvider provider(String of, String arn) {
    if (!of.equals(account)) {
      return new PresentProvider.NotReadable("it is another account than our credentials'");
    }
    try {
      boolean there =
          client.listOpenIDConnectProviders().openIDConnectProviderList().stream()
              .anyMatch(provider -> arn.equals(provider.arn()));
      return there
          ? new PresentProvider.Known(
              new HashSet<>(
                  client
                      .getOpenIDConnectProvider(request -> request.openIDConnectProviderArn(arn))
                      .clientIDList()))
          : new PresentProvider.Missing();
    } catch (NoSuchEntityException e) {
      return new PresentProvider.Missing();
    } catch (SdkException e) {
      return new PresentProvider.NotReadable(
          why(e, "iam:ListOpenIDConnectProviders or iam:GetOpenIDConnectProvider"));
    }
  }

  private static String why(SdkException e, String permission) {
    if (e instanceof AwsServiceException service) {
      String code = service.awsErrorDetails() == null ? "" : service.awsErrorDetails().errorCode();
      return service.statusCode() == FORBIDDEN
          ? code + " for " + permission
          : "IAM says " + code + " (HTTP " + service.statusCode() + ")";
    }
    return "IAM did not answer";
  }

  @Override
  public void close() {
    connection.close();
  }
}
