package io.iambridge.agent;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The event loops that HTTP and gRPC share, on epoll where there is one. */
record Transport(
    EventLoopGroup group,
    Class<? extends ServerChannel> serverChannel,
    Class<? extends SocketChannel> channel) {

  /** Two threads answer some hundred thousand requests a second: a node agent needs no more. */
  private static final int THREADS = 2;

  static Transport open() {
    return Epoll.isAvailable()
        ? new Transport(
            group(EpollIoHandler.newFactory()),
            EpollServerSocketChannel.class,
            EpollSocketChannel.class)
        : new Transport(
            group(NioIoHandler.newFactory()), NioServerSocketChannel.class, NioSocketChannel.class);
  }

  private static EventLoopGroup group(IoHandlerFactory io) {
    return new MultiThreadIoEventLoopGroup(
        THREADS, new DefaultThreadFactory("agent-io", /* daemon= */ true), io);
  }
}
