package dev.ahti.transport.netty;

/** The contract of stream ports, kept where epoll does not load. */
class NioStreamPortIT extends NettyStreamPortIT {
  @Override
  String setting() {
    return PollingIT.NIO;
  }
}
