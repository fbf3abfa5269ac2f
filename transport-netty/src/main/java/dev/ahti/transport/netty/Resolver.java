package dev.ahti.transport.netty;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the address of a host; may block. */
@FunctionalInterface
interface Resolver {
  InetAddress addressOf(String host) throws UnknownHostException;
}
