package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.iambridge.server.crd.Evidence;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.EvidenceStore;
import io.iambridge.server.evidence.EvidenceStoreException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link EvidenceStore} with objects of kind Evidence. Needs get, list and create on
 * evidences.iambridge.io, and update on their status.
 */
public final class EvidenceObjects implements EvidenceStore {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceObjects.class);
  private static final int TIMEOUT_MILLIS = 5_000;

  private final SingleCalls calls;

  /** With the client's rights. */
  public EvidenceObjects(KubernetesClient client) {
    this.calls =
        new SingleCalls(
            client,
            TIMEOUT_MILLIS,
            "for evidence",
            "get, list and create evidences.iambridge.io, and update their status");
  }

  private MixedOperation<Evidence, KubernetesResourceList<Evidence>, Resource<Evidence>> objects() {
    return calls.client().resources(Evidence.class);
  }

  @Override
  public Stored read(String namespace) throws EvidenceStoreException {
    try {
      @Nullable Evidence found = objects().inNamespace(namespace).withName(Evidence.NAME).get();
      calls.answered();
      return found == null ? Stored.NONE : stored(found);
    } catch (KubernetesClientException e) {
      throw failed(e);
    }
  }

  private static Stored stored(Evidence object) {
    return new Stored(status(object), object.getMetadata().getResourceVersion());
  }

  private static EvidenceStatus status(Evidence object) {
    @Nullable EvidenceStatus status = object.getStatus();
    return status == null ? EvidenceStatus.EMPTY : status;
  }

  @Override
  public Outcome write(String namespace, EvidenceStatus status, String version)
      throws EvidenceStoreException {
    try {
      Evidence object = object(namespace, version.isEmpty() ? create(namespace) : version);
      object.setStatus(status);
      objects().inNamespace(namespace).resource(object).updateStatus();
      calls.answered();
      return Outcome.WRITTEN;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || Refusals.isObjectGone(e, Evidence.NAME)) {
        calls.answered();
        return Outcome.CONFLICT;
      }
      if (Refusals.isNamespaceGone(e)) {
        calls.answered();
        return Outcome.GONE;
      }
      throw failed(e);
    }
  }

  /** The API server takes no status from whoever creates an object. */
  private String create(String namespace) {
    return objects()
        .inNamespace(namespace)
        .resource(object(namespace, null))
        .create()
        .getMetadata()
        .getResourceVersion();
  }

  private static Evidence object(String namespace, @Nullable String version) {
    Evidence object = new Evidence();
    object.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(Evidence.NAME)
            .withResourceVersion(version)
            .build());
    return object;
  }

  @Override
  public Map<String, EvidenceStatus> list() throws EvidenceStoreException {
    Map<String, EvidenceStatus> all = new TreeMap<>();
    try {
      Pages.all(objects().inAnyNamespace()::list).stream()
          .filter(object -> object.getMetadata().getName().equals(Evidence.NAME))
          .forEach(object -> all.put(object.getMetadata().getNamespace(), status(object)));
      calls.answered();
      return all;
    } catch (KubernetesClientException e) {
      throw failed(e);
    }
  }

  private EvidenceStoreException failed(KubernetesClientException e) {
    // Neither that it is not permitted nor that the definition is not there: somebody mends that.
    return new EvidenceStoreException(
        calls.failed(e, LOG, "Evidence cannot be read or written"), Refusals.isOfTheObject(e));
  }
}
