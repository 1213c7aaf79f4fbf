package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.iam.AccessKey;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What the metadata service tells at each path below a version. */
final class InstanceDocuments {

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
  private static final String MAC = "02:00:0a:00:00:0a";

  private final ImdsSettings instance;
  private final Supplier<AccessKey> credentials;
  private final InstantSource clock;

  /** Names may have capitals, and are found without. */
  private final Map<String, Supplier<String>> documents =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  InstanceDocuments(ImdsSettings instance, Supplier<AccessKey> credentials, InstantSource clock) {
    this.instance = instance;
    this.credentials = credentials;
    this.clock = clock;
    String role = instance.roleName();
    put("meta-data/iam/info", this::info);
    put("meta-data/iam/security-credentials/" + role, this::credentials);
    put("meta-data/identity-credentials/ec2/info", this::info);
    put("meta-data/identity-credentials/ec2/security-credentials/ec2-instance", this::credentials);
    put("meta-data/ami-id", "ami-0123456789abcdef0");
    put("meta-data/hostname", hostname());
    put("meta-data/instance-id", instance.instanceId());
    put("meta-data/instance-life-cycle", "on-demand");
    put("meta-data/instance-type", "m6i.large");
    put("meta-data/local-hostname", hostname());
    put("meta-data/local-ipv4", instance.localIpv4());
    put("meta-data/mac", MAC);
    put("meta-data/managed-ssh-keys/signer-cert", "-----BEGIN CERTIFICATE-----");
    String mac = "meta-data/network/interfaces/macs/" + MAC;
    put(mac + "/device-number", "0");
    put(mac + "/local-ipv4s", instance.localIpv4());
    put(mac + "/mac", MAC);
    put(mac + "/subnet-id", "subnet-0123456789abcdef0");
    put(mac + "/vpc-id", "vpc-0123456789abcdef0");
    put(mac + "/vpc-ipv4-cidr-block", "10.0.0.0/16");
    put("meta-data/placement/availability-zone", instance.zone());
    put("meta-data/placement/availability-zone-id", "euw1-az1");
    put("meta-data/placement/region", instance.region());
    put("meta-data/services/domain", "amazonaws.com");
    put("meta-data/services/partition", instance.partition());
    put("meta-data/tags/instance/Name", "node-1");
    put("dynamic/instance-identity/document", identity());
    put("dynamic/instance-identity/pkcs7", "bm90IGEgc2lnbmF0dXJl");
    put("dynamic/instance-identity/signature", "bm90IGEgc2lnbmF0dXJl");
    put("user-data", "#!/bin/sh\n/etc/eks/bootstrap.sh demo\n");
  }

  private void put(String path, String text) {
    put(path, () -> text);
  }

  private void put(String path, Supplier<String> document) {
    documents.put(path, document);
  }

  /**
   * A document, or the names in a directory, separated by line feeds and without one at the end.
   */
  Optional<String> find(String path) {
    Supplier<String> document = documents.get(path);
    return document == null ? list(path) : Optional.of(document.get());
  }

  private Optional<String> list(String path) {
    String prefix = path.isEmpty() ? "" : path + "/";
    Set<String> names = new LinkedHashSet<>();
    for (String document : documents.keySet()) {
      if (document.regionMatches(/* ignoreCase= */ true, 0, prefix, 0, prefix.length())) {
        String rest = document.substring(prefix.length());
        int slash = rest.indexOf('/');
        names.add(slash < 0 ? rest : rest.substring(0, slash + 1));
      }
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", names));
  }

  private String hostname() {
    return "ip-"
        + instance.localIpv4().replace('.', '-')
        + "."
        + instance.region()
        + ".compute.internal";
  }

  private String info() {
    return """
    {
      "Code" : "Success",
      "LastUpdated" : "%s",
      "InstanceProfileArn" : "arn:%s:iam::%s:instance-profile/%s",
      "InstanceProfileId" : "AIPA2222222222222NODE"
    }\
    """
        .formatted(now(), instance.partition(), instance.account(), instance.roleName());
  }

  private String credentials() {
    AccessKey key = credentials.get();
    AccessKey.Temporary temporary = key.temporary().orElseThrow();
    return """
    {
      "Code" : "Success",
      "LastUpdated" : "%s",
      "Type" : "AWS-HMAC",
      "AccessKeyId" : "%s",
      "SecretAccessKey" : "%s",
      "Token" : "%s",
      "Expiration" : "%s"
    }\
    """
        .formatted(
            now(),
            key.id(),
            key.secret(),
            temporary.sessionToken(),
            SECONDS.format(temporary.expiration()));
  }

  /** The keys that the Java SDK v1 insists on are all there. */
  private String identity() {
    return """
    {
      "accountId" : "%s",
      "architecture" : "x86_64",
      "availabilityZone" : "%s",
      "billingProducts" : null,
      "devpayProductCodes" : null,
      "marketplaceProductCodes" : null,
      "imageId" : "ami-0123456789abcdef0",
      "instanceId" : "%s",
      "instanceType" : "m6i.large",
      "kernelId" : null,
      "pendingTime" : "%s",
      "privateIp" : "%s",
      "ramdiskId" : null,
      "region" : "%s",
      "version" : "2017-09-30"
    }\
    """
        .formatted(
            instance.account(),
            instance.zone(),
            instance.instanceId(),
            now(),
            instance.localIpv4(),
            instance.region());
  }

  private String now() {
    Instant now = clock.instant();
    return SECONDS.format(now);
  }
}
