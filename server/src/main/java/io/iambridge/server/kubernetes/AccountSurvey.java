package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.BindingFacts;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads all service accounts, and what gives them permissions in Kubernetes. */
final class AccountSurvey {
  private static final String WITHOUT =
      "new service accounts do not get what it gives to former ones";

  private final Map<String, List<ServiceAccount>> accounts = new HashMap<>();
  private final Map<String, List<BindingFacts>> bindings = new HashMap<>();

  AccountSurvey(KubernetesClient client, ClusterSurvey survey) {
    for (ServiceAccount account :
        survey.required("service accounts", client.serviceAccounts().inAnyNamespace()::list)) {
      accounts
          .computeIfAbsent(account.getMetadata().getNamespace(), name -> new ArrayList<>())
          .add(account);
    }
    survey
        .optional("RoleBindings", WITHOUT, client.rbac().roleBindings().inAnyNamespace()::list)
        .forEach(binding ->
            add("RoleBinding", binding.getMetadata(), binding.getRoleRef(), binding.getSubjects()));
    survey
        .optional("ClusterRoleBindings", WITHOUT, client.rbac().clusterRoleBindings()::list)
        .forEach(binding ->
            add(
                "ClusterRoleBinding",
                binding.getMetadata(),
                binding.getRoleRef(),
                binding.getSubjects()));
  }

  private void add(
      String kind, ObjectMeta meta, @Nullable RoleRef role, @Nullable List<Subject> subjects) {
    if (role == null || subjects == null) {
      return;
    }
    String namespace = meta.getNamespace() == null ? "" : meta.getNamespace();
    for (Subject subject : subjects) {
      if ("ServiceAccount".equals(subject.getKind())) {
        String of = subject.getNamespace() == null ? namespace : subject.getNamespace();
        bindings
            .computeIfAbsent(of + "/" + subject.getName(), name -> new ArrayList<>())
            .add(new BindingFacts(kind, namespace, meta.getName(), role.getKind(), role.getName()));
      }
    }
  }

  List<AccountFacts> of(String namespace) {
    return accounts.getOrDefault(namespace, List.of()).stream()
        .map(account -> facts(namespace, account))
        .sorted(Comparator.comparing(AccountFacts::name))
        .toList();
  }

  private AccountFacts facts(String namespace, ServiceAccount account) {
    ObjectMeta meta = account.getMetadata();
    Map<String, String> annotations = new TreeMap<>();
    ClusterSurvey.nonNull(meta.getAnnotations())
        .forEach((key, value) -> {
          if (key.startsWith("eks.amazonaws.com/") || key.startsWith("iambridge.io/")) {
            annotations.put(key, value);
          }
        });
    List<BindingFacts> of =
        new ArrayList<>(bindings.getOrDefault(namespace + "/" + meta.getName(), List.of()));
    of.sort(
        Comparator.comparing(BindingFacts::kind)
            .thenComparing(BindingFacts::namespace)
            .thenComparing(BindingFacts::name));
    return new AccountFacts(
        meta.getName(),
        annotations,
        annotated(meta),
        account.getImagePullSecrets() == null
            ? List.of()
            : account.getImagePullSecrets().stream().map(secret -> secret.getName()).toList(),
        Optional.ofNullable(account.getAutomountServiceAccountToken()),
        of);
  }

  /** The API server keeps who set which field last, and when. */
  private static Optional<Instant> annotated(ObjectMeta meta) {
    List<ManagedFieldsEntry> entries = meta.getManagedFields();
    if (entries == null) {
      return Optional.empty();
    }
    return entries.stream()
        .filter(entry ->
            entry.getFieldsV1() != null
                && entry
                    .getFieldsV1()
                    .getAdditionalProperties()
                    .toString()
                    .contains("f:" + AccountFacts.ROLE))
        .flatMap(entry -> instant(entry.getTime()).stream())
        .max(Comparator.naturalOrder());
  }

  private static Optional<Instant> instant(@Nullable String time) {
    try {
      return time == null ? Optional.empty() : Optional.of(Instant.parse(time));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
