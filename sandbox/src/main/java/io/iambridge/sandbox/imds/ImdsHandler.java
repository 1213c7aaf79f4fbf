package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.imds.ImdsSettings.VersionTwo;
import io.iambridge.sandbox.imds.SeenRequest.Meaning;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The protocol of the metadata service: session tokens, versions, documents and directories. */
final class ImdsHandler {

  private static final String TOKEN = "x-aws-ec2-metadata-token";
  private static final String TTL = "x-aws-ec2-metadata-token-ttl-seconds";
  private static final Pattern VERSIONED =
      Pattern.compile("/(latest|1\\.0|\\d{4}-\\d\\d-\\d\\d)(?:/(.*))?");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");
  private static final int MOST_SECONDS = 21_600;

  private final ImdsSettings settings;
  private final InstanceDocuments documents;
  private final IssuedTokens tokens;
  private final ImdsFaults faults;

  ImdsHandler(
      ImdsSettings settings, InstanceDocuments documents, IssuedTokens tokens, ImdsFaults faults) {
    this.settings = settings;
    this.documents = documents;
    this.tokens = tokens;
    this.faults = faults;
  }

  SeenRequest see(RawRequest request) {
    String token = request.headers().get(TOKEN);
    return new SeenRequest(
        request.method(),
        request.target(),
        request.headers(),
        token != null && tokens.isGood(token),
        LiberalTarget.of(request.target()).meaning());
  }

  /** Answers, as the liberal reading of the target has it. */
  ImdsAnswer answer(SeenRequest request) {
    String path = LiberalTarget.of(request.target()).path();
    Matcher versioned = VERSIONED.matcher(path);
    if (request.method().equals("PUT")) {
      return token(request, path);
    }
    OptionalInt failure = faults.next();
    if (failure.isPresent()) {
      return failure(failure.getAsInt());
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return ImdsAnswer.error(405);
    }
    if (settings.versionTwo() != VersionTwo.ABSENT && !request.hadToken()) {
      boolean none = request.header(TOKEN).isEmpty();
      if (settings.versionTwo() == VersionTwo.REQUIRED || !none) {
        return ImdsAnswer.error(401);
      }
    }
    if (path.equals("/")) {
      return ImdsAnswer.text("1.0\n2007-01-19\n2021-03-23\nlatest");
    }
    return versioned.matches() ? document(versioned.group(2)) : ImdsAnswer.error(404);
  }

  private ImdsAnswer document(@Nullable String path) {
    Optional<String> document = documents.find(path == null ? "" : path);
    return document.map(ImdsAnswer::text).orElseGet(() -> ImdsAnswer.error(404));
  }

  private ImdsAnswer token(SeenRequest request, String path) {
    OptionalInt refusal = faults.tokenStatus();
    if (refusal.isPresent()) {
      return ImdsAnswer.error(refusal.getAsInt());
    }
    if (settings.versionTwo() == VersionTwo.ABSENT || request.meaning() != Meaning.TOKEN) {
      return ImdsAnswer.error(405);
    }
    if (!path.equals("/latest/api/token") || request.header("x-forwarded-for").isPresent()) {
      return ImdsAnswer.error(403);
    }
    String ttl = request.header(TTL).orElse("");
    if (!SECONDS.matcher(ttl).matches()) {
      return ImdsAnswer.error(400);
    }
    int seconds = Integer.parseInt(ttl);
    if (seconds < 1 || seconds > MOST_SECONDS) {
      return ImdsAnswer.error(400);
    }
    return ImdsAnswer.text(tokens.create(seconds))
        .with("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", Integer.toString(seconds));
  }

  private ImdsAnswer failure(int status) {
    ImdsAnswer answer = new ImdsAnswer(status, Map.of("Content-Type", "text/html"), "failed");
    return status / 100 == 3
        ? answer.with(
            "Location", "/latest/meta-data/iam/security-credentials/" + settings.roleName())
        : answer;
  }
}
