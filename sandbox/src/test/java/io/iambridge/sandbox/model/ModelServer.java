package io.iambridge.sandbox.model;

import io.grpc.ServerServiceDefinition;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.evidence.AttemptListener;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.evidence.EvidenceKeeper;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.EvidenceStore;
import io.iambridge.server.evidence.EvidenceStoreException;
import io.iambridge.server.evidence.KnownPods;
import io.iambridge.server.grpc.AgentService;
import io.iambridge.server.grpc.EvidenceAnswers;
import io.iambridge.server.grpc.WithoutNetwork;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.presence.Confirmations;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.switching.Preparation;
import io.iambridge.server.tokens.ReviewException;
import io.iambridge.server.tokens.TokenHolders;
import io.iambridge.server.tokens.TokenReviews;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.random.RandomGenerator;

/** One replica, from its start to its end: the real thing, without Kubernetes, STS and network. */
final class ModelServer {
  private final Flaw flaw;
  final int number;
  final ServerServiceDefinition offered;
  private final CallerIndex index;
  private final Preparation preparation;
  private final AgentService service;
  private final Queue<Runnable> calls = new ArrayDeque<>();
  private final ManualScheduler tasks;
  private boolean listed;
  private boolean stsHeld;

  /** Whether it hears of changes as they happen. */
  boolean prompt = true;

  ModelServer(
      Flaw flaw,
      int number,
      Sts sts,
      ManualScheduler tasks,
      InstantSource clock,
      RandomGenerator random) {
    this.flaw = flaw;
    this.number = number;
    this.tasks = tasks;
    RoleResolver roles = new RoleResolver(Rules.BASE);
    index =
        new CallerIndex(
            new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
            new Binder(roles, new SessionNames(Rules.FALLBACK_SESSION)),
            CallersListener.NOBODY);
    TokenReviews nobodysTokens =
        new TokenReviews(
            token -> {
              throw new ReviewException("the model has no tokens");
            },
            Runnable::run,
            clock);
    CredentialsCache credentials = new CredentialsCache(sts::issue, this::callSts, clock, random);
    preparation = new Preparation(index, credentials::get, tasks, tasks, clock);
    service =
        new AgentService(
            index,
            credentials,
            new TokenHolders(index, nobodysTokens),
            new Confirmations(index, (_, _) -> Optional.empty(), tasks),
            new EvidenceAnswers(
                new KnownPods(index, index, clock),
                AttemptListener.NONE,
                new EvidenceKeeper(
                    new NoEvidence(),
                    EvidenceConfig.DEFAULT,
                    tasks,
                    clock,
                    random,
                    ServerMetrics.NOOP),
                clock,
                ServerMetrics.NOOP),
            (pod, failure) -> {},
            Audit.NONE,
            tasks,
            clock,
            ServerMetrics.NOOP);
    offered = WithoutNetwork.offer(service, clock);
  }

  boolean listed() {
    return listed;
  }

  /** Calls of STS hang from now on, or those that hang are answered. */
  void holdSts(boolean hold) {
    stsHeld = hold;
    if (!hold) {
      calls.forEach(tasks::execute);
      calls.clear();
    }
  }

  private void callSts(Runnable call) {
    if (stsHeld) {
      calls.add(call);
    } else {
      tasks.execute(call);
    }
  }

  /** Reads the whole cluster: what has vanished meanwhile is told as deleted. */
  void list(Cluster cluster) {
    cluster.objects().forEach(object -> tell(object, object.last()));
    if (!listed) {
      listed = true;
      WithoutNetwork.ready(service);
    }
  }

  /** Tells of the object's next change; of what was before the list, nothing. */
  void tellNext(Versioned<?> object) {
    if (listed && object.told(number) < object.last()) {
      tell(object, object.told(number) + 1);
    }
  }

  void tellAll(Cluster cluster) {
    if (listed) {
      cluster.namespaces.forEach(this::tellAllOf);
      cluster.accounts().forEach(this::tellAllOf);
      cluster.pods.forEach(this::tellAllOf);
    }
  }

  private void tellAllOf(Versioned<?> object) {
    while (object.told(number) < object.last()) {
      tellNext(object);
    }
  }

  /** A watch that is established anew may report what is known. */
  void tellAgain(Versioned<?> object) {
    if (listed && object.told(number) >= 0) {
      tell(object, object.told(number));
    }
  }

  private static Namespace withoutLabels(Namespace namespace) {
    return new Namespace(namespace.name(), namespace.uid(), namespace.annotations(), Map.of());
  }

  /** Writes down which versions of namespaces are decided by: some are told and held back. */
  void keepBook(Cluster cluster) {
    for (ModelNamespace namespace : cluster.namespaces) {
      ModelNamespace.Version told = namespace.at(namespace.told(number));
      Optional<Namespace> known = index.namespace(namespace.name);
      if (flaw == Flaw.SERVER_NEVER_SWITCHES
          || known.equals(Optional.ofNullable(told).map(ModelNamespace.Version::object))) {
        namespace.inForce(number, namespace.told(number));
      }
    }
  }

  private void tell(Versioned<?> object, int version) {
    boolean known = object.told(number) >= 0;
    object.told(number, version);
    switch (object) {
      case ModelPod pod -> {
        ModelPod.Version now = pod.at(version);
        if (now != null) {
          preparation.podChanged(now.object());
        } else if (known && flaw != Flaw.SERVER_NEVER_FORGETS) {
          preparation.podDeleted(pod.uid);
        }
      }
      case ModelNamespace namespace -> {
        ModelNamespace.Version now = namespace.at(version);
        if (now != null) {
          preparation.namespaceChanged(
              flaw == Flaw.SERVER_NEVER_SWITCHES ? withoutLabels(now.object()) : now.object());
        } else if (known) {
          preparation.namespaceDeleted(namespace.name);
        }
      }
      case ModelAccount account -> {
        ModelAccount.Version now = account.at(version);
        if (now != null) {
          preparation.serviceAccountChanged(now.object());
        } else if (known) {
          preparation.serviceAccountDeleted(account.namespace.name, account.name);
        }
      }
      default -> throw new IllegalArgumentException("what is this? " + object);
    }
  }

  /** The model's agents report nothing. */
  private static final class NoEvidence implements EvidenceStore {
    @Override
    public Stored read(String namespace) {
      return Stored.NONE;
    }

    @Override
    public Outcome write(String namespace, EvidenceStatus status, String version)
        throws EvidenceStoreException {
      throw new EvidenceStoreException("the model keeps no evidence", /* lasting= */ true);
    }

    @Override
    public Map<String, EvidenceStatus> list() {
      return Map.of();
    }
  }
}
