package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.oidc.Issuers;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.QueryHandler;
import io.iambridge.sandbox.service.HttpListener;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A regional STS endpoint over plain HTTP, for the accounts of an {@link Iam}. */
public final class StsEmulator implements AutoCloseable {

  private static final String VERSION = "2011-06-15";
  private static final String NAMESPACE = "https://sts.amazonaws.com/doc/" + VERSION + "/";

  private final Iam iam;
  private final Faults faults;
  private final Calls calls;
  private final Issuers issuers = new Issuers();
  private final HttpListener listener;

  private StsEmulator(
      InetSocketAddress at, Iam iam, String region, InstantSource clock, RandomGenerator random)
      throws IOException {
    this.iam = iam;
    this.faults = new Faults(clock);
    this.calls = new Calls(clock);
    Sessions sessions = new Sessions(iam, clock, faults);
    Map<String, Operation> operations =
        Map.of(
            "AssumeRole", new AssumeRole(iam, sessions, faults),
            "AssumeRoleWithWebIdentity",
                new AssumeRoleWithWebIdentity(
                    iam, sessions, faults, new WebIdentities(iam, issuers, clock)),
            "GetCallerIdentity", new GetCallerIdentity());
    this.listener =
        new HttpListener(
            at,
            new QueryHandler(
                new QueryHandler.Service(VERSION, NAMESPACE, operations),
                new SignatureCheck("sts", region, iam::accessKey, clock),
                faults,
                calls.watcher(),
                random));
  }

  /**
   * Starts an emulator on loopback.
   *
   * @param region the region that requests must be signed for
   * @param port 0 for a free one
   * @throws IOException when the port is taken
   */
  public static StsEmulator start(
      Iam iam, String region, int port, InstantSource clock, RandomGenerator random)
      throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return startAt(new InetSocketAddress(loopback, port), iam, region, clock, random);
  }

  /**
   * Starts an emulator on one of this machine's addresses.
   *
   * @param at with port 0 for a free one
   * @param region the region that requests must be signed for
   * @throws IOException when the port is taken
   */
  public static StsEmulator startAt(
      InetSocketAddress at, Iam iam, String region, InstantSource clock, RandomGenerator random)
      throws IOException {
    return new StsEmulator(at, iam, region, clock, random);
  }

  /** The port it listens on; the same after {@link #comeBack}. */
  public int port() {
    return listener.port();
  }

  /** What an SDK takes as endpoint override. */
  public URI endpoint() {
    return listener.endpoint();
  }

  /** Where it finds the issuers of web identity tokens. */
  public Issuers issuers() {
    return issuers;
  }

  /** What goes wrong on purpose. */
  public Faults faults() {
    return faults;
  }

  /** What was asked. */
  public Calls calls() {
    return calls;
  }

  /** Every secret key and session token there is: none of them may be in a log. */
  public List<String> secrets() {
    return iam.accessKeys().stream()
        .flatMap(key ->
            Stream.concat(
                Stream.of(key.secret()),
                key.temporary().map(AccessKey.Temporary::sessionToken).stream()))
        .toList();
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
    issuers.close();
  }
}
