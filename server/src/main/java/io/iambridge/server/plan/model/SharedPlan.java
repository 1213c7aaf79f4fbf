package io.iambridge.server.plan.model;

import java.util.List;

/**
 * What namespaces have in common, and what comes first.
 *
 * @param folder where its files are
 * @param providers of the accounts whose roles are in use
 * @param roles ours, by which pods get to roles of other accounts
 * @param steps in order
 * @param blocks what stands in the way
 */
public record SharedPlan(
    String folder,
    List<ProviderWork> providers,
    List<TrustWork> roles,
    List<Step> steps,
    List<Block> blocks) {
  public SharedPlan {
    providers = List.copyOf(providers);
    roles = List.copyOf(roles);
    steps = List.copyOf(steps);
    blocks = List.copyOf(blocks);
  }
}
