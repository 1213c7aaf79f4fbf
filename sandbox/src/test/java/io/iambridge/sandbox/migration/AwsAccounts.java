package io.iambridge.sandbox.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.eksauth.EksAuth;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;

/** The administrators of the AWS accounts, who do what the plan's aws commands say. */
final class AwsAccounts {
  private static final List<String> ACTIONS =
      List.of(
          "iam:UpdateAssumeRolePolicy",
          "iam:CreateOpenIDConnectProvider",
          "iam:GetOpenIDConnectProvider");

  private static final JsonMapper JSON = new JsonMapper();

  private final Sandbox sandbox;
  private final Map<String, IamClient> clients = new ConcurrentHashMap<>();

  AwsAccounts(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  void iam(Path folder, String account, List<String> words) throws IOException {
    IamClient client = clients.computeIfAbsent(account, this::open);
    switch (words.get(2)) {
      case "update-assume-role-policy" -> {
        String file = PlanRunner.after(words, "--policy-document").substring("file://".length());
        String policy = Files.readString(folder.resolve(file));
        client.updateAssumeRolePolicy(request ->
            request.roleName(PlanRunner.after(words, "--role-name")).policyDocument(policy));
      }
      case "create-open-id-connect-provider" ->
          client.createOpenIDConnectProvider(request ->
              request
                  .url(PlanRunner.after(words, "--url"))
                  .clientIDList(PlanRunner.after(words, "--client-id-list")));
      default -> throw new IllegalArgumentException("no such command here: " + words);
    }
  }

  /** What the owner of a role does with the statement that a plan wants added. */
  void addStatements(String roleArn, JsonNode more) {
    Role role = sandbox.iam().role(Arn.parse(roleArn)).orElseThrow();
    try {
      ObjectNode policy = (ObjectNode) JSON.readTree(role.trust().json());
      more.path("Statement").forEach(statement -> policy.withArray("Statement").add(statement));
      sandbox.iam().putRole(roleArn, TrustPolicy.parse(policy.toString()), role.maxSession());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  void eks(List<String> words) {
    if (!words.get(2).equals("create-pod-identity-association")
        || !PlanRunner.after(words, "--cluster-name").equals(Sandbox.CLUSTER)) {
      throw new IllegalArgumentException("no such command here: " + words);
    }
    String namespace = PlanRunner.after(words, "--namespace");
    String account = PlanRunner.after(words, "--service-account");
    String role = PlanRunner.after(words, "--role-arn");
    EksAuth auth = sandbox.eksAuth().auth();
    // As the plan's script: the same is there already, another one is refused, as EKS does.
    boolean already =
        auth.associations().stream()
            .anyMatch(one ->
                one.namespace().equals(namespace)
                    && one.serviceAccount().equals(account)
                    && one.role().toString().equals(role));
    if (!already) {
      auth.associate(namespace, account, role);
    }
  }

  private IamClient open(String account) {
    String administrator = "arn:aws:iam::" + account + ":user/administrator";
    ACTIONS.forEach(action -> sandbox.iam().permit(administrator, action, "*"));
    AccessKey key = sandbox.iam().createAccessKey(administrator);
    return IamClient.builder()
        .endpointOverride(sandbox.iamApi().endpoint())
        .region(Region.US_EAST_1)
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret())))
        .build();
  }
}
