package io.iambridge.sandbox;

import io.iambridge.sandbox.kubernetes.PodNetwork;
import io.iambridge.sandbox.pods.PodClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** See {@link Place#LOOPBACK}. */
final class Loopback implements Place {
  @Override
  public InetAddress nodeAddress() {
    return InetAddress.ofLiteral("127.0.0.1");
  }

  @Override
  public List<InetSocketAddress> metadataAddresses() {
    return List.of(new InetSocketAddress(nodeAddress(), 0));
  }

  @Override
  public PodNetwork podNetwork() {
    return PodNetwork.LOOPBACK;
  }

  @Override
  public List<String> agentFlags() {
    return List.of("--listen-address=127.0.0.1");
  }

  @Override
  public String address(String onLoopback) {
    return onLoopback;
  }

  @Override
  public PodClient podAt(String address, int agentPort) {
    return new PodClient(
        InetAddress.ofLiteral(address), new InetSocketAddress(nodeAddress(), agentPort));
  }
}
