package io.iambridge.sandbox.imds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer of the metadata service. */
record ImdsAnswer(int status, Map<String, String> headers, String body) {

  static ImdsAnswer text(String body) {
    return new ImdsAnswer(200, Map.of("Content-Type", "text/plain"), body);
  }

  /** The real service's errors are small XHTML pages. */
  static ImdsAnswer error(int status) {
    String page =
        """
        <?xml version="1.0" encoding="iso-8859-1"?>
        <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
        \t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
        <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
         <head>
          <title>%1$d</title>
         </head>
         <body>
          <h1>%1$d</h1>
         </body>
        </html>
        """
            .formatted(status);
    return new ImdsAnswer(status, Map.of("Content-Type", "text/html"), page);
  }

  ImdsAnswer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new ImdsAnswer(status, more, body);
  }

  byte[] render(boolean withBody, boolean last) {
    byte[] content = body.getBytes(UTF_8);
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" .\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Accept-Ranges: none\r\nServer: EC2ws\r\nContent-Length: ")
        .append(content.length)
        .append(last ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.toString().getBytes(UTF_8));
    if (withBody) {
      bytes.writeBytes(content);
    }
    return bytes.toByteArray();
  }

  /** Not the body: it may be credentials. */
  @Override
  public String toString() {
    return "ImdsAnswer[" + status + "]";
  }
}
