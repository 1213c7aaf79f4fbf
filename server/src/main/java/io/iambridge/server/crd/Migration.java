package io.iambridge.server.crd;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.iambridge.server.migration.MigrationStatus;

/** How far a namespace has migrated: one object, named {@link #NAME}, in each namespace. */
@Group("iambridge.io")
@Version("v1alpha1")
@Kind("Migration")
@Plural("migrations")
@ShortNames("mig")
@AdditionalPrinterColumn(name = "Mode", jsonPath = ".status.mode")
@AdditionalPrinterColumn(
    name = "Workloads",
    jsonPath = ".status.workloads",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Callers",
    jsonPath = ".status.callers",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.ready")
@AdditionalPrinterColumn(
    name = "Fallbacks",
    jsonPath = ".status.fallbacks",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Next", jsonPath = ".status.next")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class Migration extends CustomResource<Void, MigrationStatus> implements Namespaced {
  /** The one object's name. */
  public static final String NAME = "iambridge";

  private static final long serialVersionUID = 1L;
}
