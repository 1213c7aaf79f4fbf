package io.iambridge.sandbox;

import io.iambridge.sandbox.kubernetes.PodNetwork;
import io.iambridge.sandbox.lab.Lab;
import io.iambridge.sandbox.pods.PodClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** See {@link Place#in}. */
record InLab(Lab lab) implements Place {
  private static final int HTTP = 80;

  @Override
  public InetAddress nodeAddress() {
    return InetAddress.ofLiteral(Lab.NODE_ADDRESS);
  }

  @Override
  public List<InetSocketAddress> metadataAddresses() {
    return List.of(
        new InetSocketAddress(InetAddress.ofLiteral("169.254.169.254"), HTTP),
        new InetSocketAddress(InetAddress.ofLiteral("fd00:ec2::254"), HTTP));
  }

  @Override
  public PodNetwork podNetwork() {
    return lab;
  }

  @Override
  public List<String> agentFlags() {
    return List.of(
        "--iptables",
        "--host=" + Lab.NODE_ADDRESS + "," + Lab.NODE_ADDRESS_6,
        "--host-interface=" + Lab.POD_INTERFACES);
  }

  @Override
  public String address(String onLoopback) {
    return onLoopback.replaceFirst("^127\\.0\\.0\\.", "10.244.0.");
  }

  /** Asks the metadata service's own address, of the family that the pod's address is of. */
  @Override
  public PodClient podAt(String address, int agentPort) {
    return new PodClient(request -> lab.whoeverIsAt(address).exchange(request));
  }
}
