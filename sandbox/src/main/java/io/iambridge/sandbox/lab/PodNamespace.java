package io.iambridge.sandbox.lab;

import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.pods.Wire;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The network that a pod sees: a namespace of its own, or the node's for a pod with hostNetwork.
 * Whoever is called here asks from the pod's address.
 */
public final class PodNamespace {
  /** Where ip(8) keeps the names. */
  private static final Path NAMES = Path.of("/run/netns");

  private static final String METADATA = "169.254.169.254";
  private static final String METADATA_6 = "fd00:ec2::254";
  private static final int HTTP = 80;
  private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");

  private final Optional<String> name;
  private final List<InetAddress> addresses;

  private PodNamespace(Optional<String> name, List<InetAddress> addresses) {
    this.name = name;
    this.addresses = List.copyOf(addresses);
  }

  static PodNamespace named(String name, List<InetAddress> addresses) {
    return new PodNamespace(Optional.of(name), addresses);
  }

  static PodNamespace ofNode(List<InetAddress> addresses) {
    return new PodNamespace(Optional.empty(), addresses);
  }

  /** What ip(8) knows it by; {@code host} for the node's own. */
  public String name() {
    return name.orElse("host");
  }

  /** Its addresses: one or two, the pod's podIPs. */
  public List<InetAddress> addresses() {
    return addresses;
  }

  /**
   * Calls in this namespace: sockets that the task makes on its thread are the pod's, and stay so
   * wherever they are used. What other threads do (Netty, {@code java.net.http}) is not.
   *
   * @throws Exception what the task throws
   */
  public <T> T call(Callable<T> task) throws Exception {
    if (name.isEmpty()) {
      return task.call();
    }
    Path namespace = NAMES.resolve(name.get());
    FutureTask<T> result =
        new FutureTask<>(() -> {
          Kernel.moveThisThreadInto(namespace);
          return task.call();
        });
    // A thread of its own, that ends: no other task may find itself in the pod.
    Thread thread = Thread.ofPlatform().daemon().name("pod-" + name.get()).start(result);
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (InterruptedException e) {
      thread.interrupt();
      throw e;
    }
  }

  /**
   * Asks the metadata service's own address, the IPv4 one if the pod has IPv4: one connection.
   *
   * @throws IOException when it is refused, reset, or takes too long
   */
  public byte[] exchange(byte[] request) throws IOException {
    return exchange(metadataAddress(), request);
  }

  private byte[] exchange(InetSocketAddress to, byte[] request) throws IOException {
    try {
      return call(() -> Wire.exchange(ANY, to, request));
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** 169.254.169.254:80, or [fd00:ec2::254]:80 for a pod without IPv4. */
  public InetSocketAddress metadataAddress() {
    boolean four =
        addresses.isEmpty() || addresses.stream().anyMatch(Inet4Address.class::isInstance);
    return new InetSocketAddress(InetAddress.ofLiteral(four ? METADATA : METADATA_6), HTTP);
  }

  /** A client of the metadata service's address that asks from here. */
  public PodClient client() {
    return new PodClient(this::exchange);
  }

  /** A client of port 80 of another address, e.g. 169.254.170.23, that asks from here. */
  public PodClient clientOf(String literal) {
    InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(literal), HTTP);
    return new PodClient(request -> exchange(to, request));
  }

  /**
   * Runs a program in this namespace to its end. Its environment is what is given, and PATH, HOME,
   * LANG and TMPDIR.
   *
   * @throws IOException when it cannot be started, or is not done in time: it is killed then
   */
  public Finished run(Duration deadline, Map<String, String> environment, List<String> command)
      throws IOException {
    return Programs.run(inside(command), environment, "", deadline);
  }

  /** The command line that runs a program in here, for those who start it themselves. */
  public List<String> inside(List<String> command) {
    List<String> all = new ArrayList<>();
    name.ifPresent(pod -> all.addAll(List.of("ip", "netns", "exec", pod)));
    all.addAll(command);
    return all;
  }

  @Override
  public String toString() {
    return name() + addresses;
  }
}
