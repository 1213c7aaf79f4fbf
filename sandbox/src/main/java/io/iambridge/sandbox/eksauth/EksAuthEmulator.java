package io.iambridge.sandbox.eksauth;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.service.HttpListener;
import io.iambridge.sandbox.service.ServiceFaults;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * A regional endpoint of EKS Auth over plain HTTP, for one cluster. A caller needs {@code
 * eks-auth:AssumeRoleForPodIdentity} on it, see {@link Iam#permit}.
 */
public final class EksAuthEmulator implements AutoCloseable {
  private final EksAuth auth;
  private final ServiceFaults faults;
  private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
  private final HttpListener listener;

  private EksAuthEmulator(
      InetSocketAddress at, EksAuth auth, Iam iam, InstantSource clock, RandomGenerator random)
      throws IOException {
    this.auth = auth;
    this.faults = new ServiceFaults(clock);
    this.listener =
        new HttpListener(
            at,
            new EksAuthHandler(
                auth,
                iam,
                new SignatureCheck("eks-auth", auth.cluster().region(), iam::accessKey, clock),
                faults,
                code -> answers.computeIfAbsent(code, _ -> new LongAdder()).increment(),
                random));
  }

  /**
   * Starts one.
   *
   * @param at with port 0 for a free one
   * @throws IOException when the port is taken
   */
  public static EksAuthEmulator start(
      InetSocketAddress at, EksAuth auth, Iam iam, InstantSource clock, RandomGenerator random)
      throws IOException {
    return new EksAuthEmulator(at, auth, iam, clock, random);
  }

  /** What an SDK takes as endpoint override. */
  public URI endpoint() {
    return listener.endpoint();
  }

  /** What it decides by. */
  public EksAuth auth() {
    return auth;
  }

  /** What goes wrong on purpose. */
  public ServiceFaults faults() {
    return faults;
  }

  /** How often it answered so, e.g. {@code AccessDeniedException}; {@code OK} is good. */
  public long answered(String code) {
    LongAdder count = answers.get(code);
    return count == null ? 0 : count.sum();
  }

  /** Closes the port and all connections: clients are refused until {@link #comeBack}. */
  public void goDown() {
    listener.goDown();
  }

  /**
   * Listens again on the same port.
   *
   * @throws IOException when somebody else has taken the port meanwhile
   */
  public void comeBack() throws IOException {
    listener.comeBack();
  }

  @Override
  public void close() {
    faults.clear();
    listener.close();
  }
}
