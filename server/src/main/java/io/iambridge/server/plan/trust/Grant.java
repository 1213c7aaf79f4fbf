package io.iambridge.server.plan.trust;

import io.iambridge.server.roles.RoleArn;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a role is to trust. */
public sealed interface Grant {

  /**
   * Tokens of service accounts: IRSA.
   *
   * @param provider the ARN of the OIDC provider in the role's account
   * @param audience that the tokens are for
   */
  record WebIdentity(String provider, String audience, SortedSet<Subject> subjects)
      implements Grant {
    private static final String RESOURCE = ":oidc-provider/";

    public WebIdentity {
      if (!provider.contains(RESOURCE)) {
        throw new IllegalArgumentException("not the ARN of an OIDC provider: " + provider);
      }
      subjects = Collections.unmodifiableSortedSet(new TreeSet<>(subjects));
    }

    /** The issuer without its scheme, which begins the condition keys. */
    String issuer() {
      return provider.substring(provider.indexOf(RESOURCE) + RESOURCE.length());
    }

    @Override
    public String sid() {
      return "IambridgeIrsa" + hash(provider + " " + audience);
    }
  }

  /**
   * EKS Pod Identity, for one cluster.
   *
   * @param cluster the cluster's ARN
   * @param account the cluster's account
   * @param tagged these accounts of a namespace alone, by session tags; else whoever has an
   *     association, which needs {@code iam:PassRole}
   */
  record PodIdentity(String cluster, String account, Optional<Tagged> tagged) implements Grant {
    @Override
    public String sid() {
      return "IambridgePodIdentity"
          + hash(cluster + tagged.map(tags -> " " + tags.namespace()).orElse(""));
    }
  }

  /**
   * Service accounts of a namespace.
   *
   * @param namespace of Kubernetes
   * @param accounts their names
   */
  record Tagged(String namespace, SortedSet<String> accounts) {
    public Tagged {
      accounts = Collections.unmodifiableSortedSet(new TreeSet<>(accounts));
    }
  }

  /**
   * Another role, that the pods have first.
   *
   * @param via the role
   * @param tags whether its sessions bring tags along, as those of Pod Identity do
   */
  record Chain(RoleArn via, boolean tags) implements Grant {
    @Override
    public String sid() {
      return "IambridgeChain" + hash(via.toString());
    }
  }

  /** The statement's Sid: letters and digits, the same for the same purpose. */
  String sid();

  private static String hash(String of) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(of.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
