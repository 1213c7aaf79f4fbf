package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {

  private static final String POD =
      """
      {"metadata": {"name": "a", "labels": {"app": "web", "tier": ""}},
       "spec": {"nodeName": "n1"}, "status": {"phase": "Running"}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "''                       | true",
        "app                      | true",
        "!app                     | false",
        "nosuch                   | false",
        "!nosuch                  | true",
        "app=web                  | true",
        "app==web                 | true",
        "app=db                   | false",
        "app!=db                  | true",
        "nosuch!=db               | true",
        "nosuch=                  | false",
        "tier=                    | true",
        "app in (web, db)         | true",
        "app notin (web,db)       | false",
        "nosuch notin (a)         | true",
        "app in (web, db),tier    | true",
        "app=web,tier=x           | false",
      })
  void labelsSelect(String selector, boolean selected) throws ApiException {
    JsonNode pod = Json.read(POD);

    assertThat(Selector.of(selector, "").test(pod)).isEqualTo(selected);
  }

  @ParameterizedTest
  @CsvSource({
    "metadata.name=a, true",
    "metadata.name=b, false",
    "spec.nodeName!=n1, false",
    "'spec.nodeName=n1,status.phase!=Failed', true",
    "spec.nodeSelector=, true",
  })
  void fieldsSelect(String selector, boolean selected) throws ApiException {
    JsonNode pod = Json.read(POD);

    assertThat(Selector.of("", selector).test(pod)).isEqualTo(selected);
  }

  @Test
  void brokenSelectorIsRefused() {
    assertThatThrownBy(() -> Selector.of("a in", "")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> Selector.of("", "a")).isInstanceOf(ApiException.class);
  }
}
