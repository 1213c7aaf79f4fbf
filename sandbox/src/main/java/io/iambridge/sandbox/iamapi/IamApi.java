package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.QueryHandler;
import io.iambridge.sandbox.service.HttpListener;
import io.iambridge.sandbox.service.ServiceFaults;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * IAM's endpoint over plain HTTP. A caller needs the permission of each action, see {@link
 * Iam#permit}.
 */
public final class IamApi implements AutoCloseable {
  /** IAM is global; its requests are signed for this region in the partition aws. */
  public static final String REGION = "us-east-1";

  private static final String VERSION = "2010-05-08";
  private static final String NAMESPACE = "https://iam.amazonaws.com/doc/" + VERSION + "/";

  private final ServiceFaults faults;
  private final Requests requests = new Requests();
  private final HttpListener listener;

  private IamApi(InetSocketAddress at, Iam iam, InstantSource clock, RandomGenerator random)
      throws IOException {
    this.faults = new ServiceFaults(clock);
    Map<String, Operation> operations =
        Map.of(
            "GetRole", new GetRole(iam),
            "UpdateAssumeRolePolicy", new UpdateAssumeRolePolicy(iam),
            "ListOpenIDConnectProviders", new ListOidcProviders(iam),
            "GetOpenIDConnectProvider", new GetOidcProvider(iam),
            "CreateOpenIDConnectProvider", new CreateOidcProvider(iam));
    this.listener =
        new HttpListener(
            at,
            new QueryHandler(
                new QueryHandler.Service(VERSION, NAMESPACE, operations),
                new SignatureCheck("iam", REGION, iam::accessKey, clock),
                faults,
                requests,
                random));
  }

  /**
   * Starts one.
   *
   * @param at with port 0 for a free one
   * @throws IOException when the port is taken
   */
  public static IamApi start(
      InetSocketAddress at, Iam iam, InstantSource clock, RandomGenerator random)
      throws IOException {
    return new IamApi(at, iam, clock, random);
  }

  /** What an SDK takes as endpoint override, with {@link #REGION}. */
  public URI endpoint() {
    return listener.endpoint();
  }

  /** What goes wrong on purpose. */
  public ServiceFaults faults() {
    return faults;
  }

  /** Requests of an action, answered or not, good or bad. */
  public long received(String action) {
    return requests.received(action);
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
