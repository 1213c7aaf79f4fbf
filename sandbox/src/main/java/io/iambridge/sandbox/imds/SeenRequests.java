package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.imds.SeenRequest.Meaning;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Remembers requests; those that may be a leak are never pushed out by others. */
final class SeenRequests {

  private static final int MOST = 20_000;

  private final Deque<SeenRequest> all = new ArrayDeque<>();
  private final List<SeenRequest> credentials = new ArrayList<>();
  private final List<SeenRequest> tokens = new ArrayList<>();

  synchronized void add(SeenRequest request) {
    if (all.size() == MOST) {
      all.removeFirst();
    }
    all.add(request);
    if (request.meaning() == Meaning.CREDENTIALS && credentials.size() < MOST) {
      credentials.add(request);
    } else if (request.meaning() == Meaning.TOKEN && tokens.size() < MOST) {
      tokens.add(request);
    }
  }

  synchronized List<SeenRequest> all() {
    return List.copyOf(all);
  }

  synchronized List<SeenRequest> credentials() {
    return List.copyOf(credentials);
  }

  synchronized List<SeenRequest> tokens() {
    return List.copyOf(tokens);
  }

  synchronized void clear() {
    all.clear();
    credentials.clear();
    tokens.clear();
  }
}
