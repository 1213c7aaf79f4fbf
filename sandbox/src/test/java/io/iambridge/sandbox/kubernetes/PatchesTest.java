package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchesTest {

  private static final String MERGE = "application/merge-patch+json";
  private static final String STRATEGIC = "application/strategic-merge-patch+json; charset=utf-8";
  private static final String JSON = "application/json-patch+json";

  /** The test cases of RFC 7386, appendix A, that start from an object and end in one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':'b'}             | {'a':'c'}                       | {'a':'c'}",
        "{'a':'b'}             | {'b':'c'}                       | {'a':'b','b':'c'}",
        "{'a':'b'}             | {'a':null}                      | {}",
        "{'a':'b','b':'c'}     | {'a':null}                      | {'b':'c'}",
        "{'a':['b']}           | {'a':'c'}                       | {'a':'c'}",
        "{'a':'c'}             | {'a':['b']}                     | {'a':['b']}",
        "{'a':{'b':'c'}}       | {'a':{'b':'d','c':null}}        | {'a':{'b':'d'}}",
        "{'a':[{'b':'c'}]}     | {'a':[1]}                       | {'a':[1]}",
        "{'e':null}            | {'a':1}                         | {'e':null,'a':1}",
        "{}                    | {'a':{'bb':{'ccc':null}}}       | {'a':{'bb':{}}}",
      })
  void mergePatchIsThatOfTheRfc(String object, String patch, String expected) throws ApiException {
    assertThat(patched(MERGE, object, patch)).isEqualTo(quoted(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'annotations':{'a':'1'}} | {'annotations':{'a':null,'b':'2'}} | {'annotations':{'b':'2'}}",
        "{'env':[{'name':'a','value':'1'}]} | {'env':[{'name':'b','value':'2'}]}"
            + " | {'env':[{'name':'a','value':'1'},{'name':'b','value':'2'}]}",
        "{'env':[{'name':'a','value':'1'}]} | {'env':[{'name':'a','value':'2'}]}"
            + " | {'env':[{'name':'a','value':'2'}]}",
        "{'env':[{'name':'a'},{'name':'b'}]} | {'env':[{'name':'a','$patch':'delete'}]}"
            + " | {'env':[{'name':'b'}]}",
        "{'args':['a','b']} | {'args':['c']} | {'args':['c']}",
        "{'finalizers':['a']} | {'finalizers':['b','a']} | {'finalizers':['a','b']}",
        "{'spec':{'a':1}} | {'spec':{'$patch':'replace','b':2}} | {'spec':{'b':2}}",
        "{'env':[{'name':'a'}]} | {'$setElementOrder/env':[{'name':'a'}]} | {'env':[{'name':'a'}]}",
      })
  void strategicPatchMergesNamedElements(String object, String patch, String expected)
      throws ApiException {
    assertThat(patched(STRATEGIC, object, patch)).isEqualTo(quoted(expected));
  }

  @Test
  void jsonPatchAppliesItsOperations() throws ApiException {
    assertThat(patched(JSON, "{'a':{'x/y':1}}", "[{'op':'remove','path':'/a/x~1y'}]"))
        .isEqualTo(quoted("{'a':{}}"));
    assertThatThrownBy(() -> patched(JSON, "{'a':1}", "[{'op':'test','path':'/a','value':2}]"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422));
  }

  @ParameterizedTest
  @CsvSource({
    "application/apply-patch+yaml, {}, 415",
    "text/plain, {}, 415",
    "application/merge-patch+json, no json, 400",
    "application/merge-patch+json, 1, 400",
  })
  void otherPatchesAreRefused(String contentType, String patch, int code) {
    assertThatThrownBy(() -> patched(contentType, "{}", patch))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static String patched(String type, String object, String patch) throws ApiException {
    return Patches.apply(type, Json.readObject(quoted(object)), quoted(patch)).toString();
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }
}
