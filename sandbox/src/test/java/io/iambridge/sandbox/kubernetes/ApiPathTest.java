package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiPathTest {
  private final ResourceTypes types = new ResourceTypes();

  @ParameterizedTest
  @CsvSource({
    "/api/v1/pods, pods, '', '', ''",
    "/api/v1/namespaces, namespaces, '', '', ''",
    "/api/v1/namespaces/a, namespaces, '', a, ''",
    "/api/v1/namespaces/a/status, namespaces, '', a, status",
    "/api/v1/namespaces/a/pods, pods, a, '', ''",
    "/api/v1/namespaces/a/pods/p, pods, a, p, ''",
    "/api/v1/namespaces/a/pods/p/status, pods, a, p, status",
    "/api/v1/nodes/n, nodes, '', n, ''",
    "/apis/coordination.k8s.io/v1/namespaces/a/leases/l, leases, a, l, ''",
    "/apis/events.k8s.io/v1/events, events, '', '', ''",
    "/apis/apps/v1/namespaces/a/deployments/d, deployments, a, d, ''",
    "/apis/iambridge.io/v1alpha1/namespaces/a/migrations/m/status, migrations, a, m, status",
  })
  void pathsNameObjects(
      String path, String plural, String namespace, String name, String subresource) {
    assertThat(ApiPath.parse(types, path))
        .hasValueSatisfying(parsed -> {
          assertThat(parsed.type().plural()).isEqualTo(plural);
          assertThat(parsed.namespace()).isEqualTo(namespace);
          assertThat(parsed.name()).isEqualTo(name);
          assertThat(parsed.subresource()).isEqualTo(subresource);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api",
        "/api/v1",
        "/api/v2/pods",
        "/api/v1/deployments",
        "/apis/v1/pods",
        "/apis/apps/v1/podsets",
        "/apis/iambridge.io/v1/migrations",
        "/api/v1/pods/p",
        "/api/v1/namespaces/a/nodes/n",
        "/api/v1/namespaces/a/pods/p/log",
        "/api/v1/namespaces/a/pods/p/status/x",
      })
  void otherPathsNameNone(String path) {
    assertThat(ApiPath.parse(types, path)).isEmpty();
  }
}
