package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import org.apache.pekko.util.ByteString;

/**
 * A message that came.
 *
 * @param data the payload, which may be empty
 * @param source who sent it
 */
public record UdpPacket(ByteString data, InetSocketAddress source) {}
