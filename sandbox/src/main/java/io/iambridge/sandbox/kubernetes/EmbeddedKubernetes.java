package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A Kubernetes API server on loopback, over plain HTTP, with everything in memory.
 *
 * <p>Serves pods, namespaces, service accounts, nodes, events, config maps, leases, and workloads
 * (without their controllers) with lists in pages, watches (WebSocket and chunked, resumable),
 * optimistic concurrency, and the three kinds of patch; custom resources, of which iambridge's are
 * there from the start and others come with their definition; besides, TokenRequest and TokenReview
 * with real signatures, and the issuer's discovery document and keys. There is no authentication or
 * validation, and of authorization only {@link TokenPermissions}.
 */
public final class EmbeddedKubernetes implements AutoCloseable {

  private static final int MOST_BODY_BYTES = 3 * 1024 * 1024;
  private static final int MOST_UNREAD_BYTES = 32 * 1024 * 1024;

  private final ObjectStore store = new ObjectStore();
  private final ResourceTypes types = new ResourceTypes();
  private final ApiObjects objects;
  private final ServiceAccountTokens tokens;
  private final TokenApi tokenApi;
  private final Tables tables;
  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, /* stayClosed= */ false);
  private final int port;
  private Channel listener;

  private EmbeddedKubernetes(int port, InstantSource clock, RandomGenerator random)
      throws IOException {
    this.tables = new Tables(types, clock);
    this.tokens = new ServiceAccountTokens(store, clock, random);
    this.tokenApi = new TokenApi(store, tokens, clock);
    this.objects = new ApiObjects(store, types, new NewObjects(clock, random));
    for (String name : List.of("default", "kube-system")) {
      createNamespace(name);
    }
    try {
      this.listener = listen(port);
    } catch (IOException e) {
      var _ = threads.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw e;
    }
    this.port = ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /**
   * Starts one with the namespaces default and kube-system.
   *
   * @param port 0 for a free one
   * @throws IOException when the port is taken
   */
  public static EmbeddedKubernetes start(int port, InstantSource clock, RandomGenerator random)
      throws IOException {
    return new EmbeddedKubernetes(port, clock, random);
  }

  /** The port it listens on; the same after {@link #comeBack}. */
  public int port() {
    return port;
  }

  /** What kubectl takes as {@code --server}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Signs and reviews the tokens of service accounts. */
  public ServiceAccountTokens tokens() {
    return tokens;
  }

  /** Who may have tokens of service accounts, and what goes wrong with it on purpose. */
  public TokenPermissions tokenPermissions() {
    return tokenApi.permissions();
  }

  /** Who issues the tokens; what it publishes is at {@link #url}, whatever its name says. */
  public String issuer() {
    return ServiceAccountTokens.ISSUER;
  }

  /**
   * Defines what the YAML files of a directory define, each a CustomResourceDefinition, as {@code
   * kubectl apply} would: their printer columns, and their kinds if they are new.
   *
   * @throws IOException when the directory or a file cannot be read
   */
  public void define(Path directory) throws IOException {
    try (KubernetesClient client = newClient();
        Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".yaml")).sorted().toList()) {
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .load(file.toFile())
            .createOr(NonDeletingOperation::update);
      }
    }
  }

  /** A new client of it; whoever asked closes it. */
  public KubernetesClient newClient() {
    // Config.empty(): nothing of the user's own kubeconfig or environment.
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(url())
            .withNamespace("default")
            .withHttp2Disable(true)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Ends all watches and connections, as a real API server does now and then. */
  public void dropConnections() {
    connections.close().awaitUninterruptibly();
  }

  /** Forgets the past: whoever resumes a watch is told to list anew (410 Gone). */
  public void forgetHistory() {
    store.forget();
  }

  /** Lets all watches lag: they tell nothing until {@link #releaseWatches}; reads and lists do. */
  public void holdWatches() {
    store.hold();
  }

  /** Watches tell what they have held, and go on. */
  public void releaseWatches() {
    store.release();
  }

  /** Closes the port and all connections: clients are refused until {@link #comeBack}. */
  public synchronized void goDown() {
    listener.close().awaitUninterruptibly();
    dropConnections();
  }

  /**
   * Listens again on the same port, with the same objects.
   *
   * @throws IOException when somebody else has taken the port meanwhile
   */
  public synchronized void comeBack() throws IOException {
    if (!listener.isOpen()) {
      listener = listen(port);
    }
  }

  @Override
  public void close() {
    goDown();
    threads.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void createNamespace(String name) {
    ObjectNode namespace = JsonNodeFactory.instance.objectNode();
    namespace.putObject("metadata").put("name", name);
    try {
      objects.create(new ApiPath(ResourceType.NAMESPACES, "", "", ""), namespace);
    } catch (ApiException e) {
      throw new IllegalStateException(e);
    }
  }

  private Channel listen(int at) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(MOST_UNREAD_BYTES / 2, MOST_UNREAD_BYTES))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(MOST_BODY_BYTES),
                            new ApiHandler(store, types, objects, tokenApi, tables));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), at)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on 127.0.0.1:" + at, bound.cause());
    }
    return bound.channel();
  }
}
