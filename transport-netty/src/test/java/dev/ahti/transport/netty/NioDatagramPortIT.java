package dev.ahti.transport.netty;

/** The contract of datagram ports, kept where epoll does not load. */
class NioDatagramPortIT extends NettyDatagramPortIT {
  @Override
  String setting() {
    return PollingIT.NIO;
  }
}
