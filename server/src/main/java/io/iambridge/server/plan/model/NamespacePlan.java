package io.iambridge.server.plan.model;

import io.iambridge.server.modes.Target;
import java.util.List;

/**
 * The plan for a namespace.
 *
 * @param folder where its files are: {@code 01-team-a}
 * @param name of the namespace
 * @param mode its label now; empty for none
 * @param target where it goes
 * @param accounts service accounts that something is to be done with
 * @param workloads all of them
 * @param trust the roles in use
 * @param associations of EKS Pod Identity
 * @param steps in order
 * @param blocks what stands in the way, by step
 * @param questions for people
 */
public record NamespacePlan(
    String folder,
    String name,
    String mode,
    Target target,
    List<AccountWork> accounts,
    List<WorkloadWork> workloads,
    List<TrustWork> trust,
    List<Association> associations,
    List<Step> steps,
    List<Block> blocks,
    List<Question> questions) {
  /** The file in its folder that lets the server create tokens of its service accounts. */
  public static final String TOKENS = "tokens.yaml";

  public NamespacePlan {
    accounts = List.copyOf(accounts);
    workloads = List.copyOf(workloads);
    trust = List.copyOf(trust);
    associations = List.copyOf(associations);
    steps = List.copyOf(steps);
    blocks = List.copyOf(blocks);
    questions = List.copyOf(questions);
  }
}
