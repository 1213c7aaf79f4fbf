package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.ClusterFacts;
import java.util.ArrayList;
import java.util.List;

/**
 * The command lines that make associations of EKS Pod Identity, and those that undo it. Scripts
 * look first whether there is one, and leave it as it is when it has another role: there can only
 * be one for a service account.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html">CreatePodIdentityAssociation</a>
 */
final class AssociationCommands {
  /** Its arguments: the cluster, the namespace, the service account. */
  private static final String DELETE =
      "aws eks delete-pod-identity-association --cluster-name \"$1\" --association-id"
          + " \"$(aws eks list-pod-identity-associations --cluster-name \"$1\" --namespace \"$2\""
          + " --service-account \"$3\" --query 'associations[0].associationId' --output text)\"";

  private AssociationCommands() {}

  static Command apply(ClusterFacts cluster, String namespace, Association association) {
    String account = association.serviceAccount();
    String role = association.role().toString();
    List<String> words =
        new ArrayList<>(
            List.of(
                "aws",
                "eks",
                "create-pod-identity-association",
                "--cluster-name",
                cluster.name(),
                "--namespace",
                namespace,
                "--service-account",
                account,
                "--role-arn",
                role));
    association
        .target()
        .ifPresent(target -> words.addAll(List.of("--target-role-arn", target.toString())));
    return new Command(
        cluster.account(), words, call("associate_pod_identity", cluster, namespace, association));
  }

  /** Its id is only known to EKS. */
  static Command undo(ClusterFacts cluster, String namespace, Association association) {
    String account = association.serviceAccount();
    return new Command(
        cluster.account(),
        List.of("sh", "-c", DELETE, "sh", cluster.name(), namespace, account),
        call("disassociate_pod_identity", cluster, namespace, association));
  }

  private static List<String> call(
      String function, ClusterFacts cluster, String namespace, Association association) {
    List<String> call = new ArrayList<>(List.of(function, cluster.name(), namespace));
    call.addAll(List.of(association.serviceAccount(), association.role().toString()));
    association.target().ifPresent(target -> call.add(target.toString()));
    return call;
  }
}
