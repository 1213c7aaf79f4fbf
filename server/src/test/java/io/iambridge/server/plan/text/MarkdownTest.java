package io.iambridge.server.plan.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "a|b, a\\|b",
        "`code`, \\`code\\`",
        "*bold*, \\*bold\\*",
        "[click](http://evil.example), \\[click](http://evil.example)",
        "<script>, &lt;script&gt;",
        "&lt;, &amp;lt;",
        "a\\|b, a\\\\\\|b",
        "plain-name.of_something/1: yes, plain-name.of_something/1: yes"
      })
  void whatTenantsWroteIsOnlyText(String text, String safe) {
    assertThat(Markdown.safe(text)).isEqualTo(safe);
  }

  @Test
  void nothingBeginsNewLine() {
    assertThat(Markdown.safe("a\r\n# b\u2028| c\u0085d\te\u0000f")).isEqualTo("a # b \\| c d e f");
  }
}
