package io.iambridge.server.plan.model;

import java.util.Locale;

/** The steps of a namespace's migration, in their order. */
public enum Stage {
  TRUST("Let the roles trust the target mechanism, besides what they trust now"),
  SERVICE_ACCOUNTS("Give every role a service account of its own"),
  REHEARSE("Have every path tried, while pods are served as before"),
  CHECK("See what the rehearsal says"),
  WORKLOADS("Move workloads to their service accounts"),
  CHECK_AGAIN("See that everything is ready"),
  SWITCH("Serve by the target mechanism"),
  WATCH("Watch for fallbacks"),
  RESTART("Have pods get their credentials without us"),
  RETIRE("Serve nothing any more"),
  UNTRUST("Take the old principal out of the roles' trust");

  private final String title;

  Stage(String title) {
    this.title = title;
  }

  /** In a sentence. */
  public String title() {
    return title;
  }

  /** As scripts and JSON have it: {@code check-again}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
