package io.iambridge.sandbox;

import io.iambridge.sandbox.demo.DemoPod;

/** How people do from another terminal what the quickstart shows them. */
sealed interface Terminal {
  /** Runs a program where server, agent and the Kubernetes API are. */
  String onNode(String command);

  /** A curl that asks as the pod. */
  String curlAs(DemoPod pod);

  /** Where it asks, without a slash at the end. */
  String metadata();

  /** The pods are addresses of this machine's. */
  record OnLoopback(int agentPort) implements Terminal {
    @Override
    public String onNode(String command) {
      return command;
    }

    @Override
    public String curlAs(DemoPod pod) {
      return "curl --interface " + pod.address();
    }

    @Override
    public String metadata() {
      return "http://127.0.0.1:" + agentPort;
    }
  }

  /**
   * Node and pods are network namespaces.
   *
   * @param process what the machine knows the process on the node by
   */
  record IntoNamespaces(String process) implements Terminal {
    @Override
    public String onNode(String command) {
      return "nsenter --target " + process + " --net " + command;
    }

    @Override
    public String curlAs(DemoPod pod) {
      return "nsenter --net=/proc/%s/root/run/netns/%s.%s curl"
          .formatted(process, pod.namespace(), pod.name());
    }

    @Override
    public String metadata() {
      return "http://169.254.169.254";
    }
  }
}
