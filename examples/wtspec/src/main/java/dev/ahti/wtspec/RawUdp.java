package dev.ahti.wtspec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket towards a server on 127.0.0.1, for packets that no QUIC would send. One thread at a
 * time.
 */
public final class RawUdp implements AutoCloseable {
  private static final int LONGEST = 65_535;
  private static final int PATIENCE_MILLIS = 10_000;

  /** What has been sent over loopback is in the socket's buffer already. */
  private static final int DRAIN_MILLIS = 20;

  private final DatagramSocket socket;
  private long received;

  private RawUdp(DatagramSocket socket) {
    this.socket = socket;
  }

  /** Towards this port of 127.0.0.1, from a free one. */
  public static RawUdp to(int port) {
    try {
      return new RawUdp(new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))).turn(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on towards this port, from the same one as before. */
  public RawUdp turn(int port) {
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one payload. */
  public RawUdp send(byte[] payload) {
    try {
      socket.send(new DatagramPacket(payload, payload.length));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next payload.
   *
   * @throws AssertionError if none comes within ten seconds
   */
  public byte[] receive() {
    byte[] next = receive(PATIENCE_MILLIS);
    if (next == null) {
      throw new AssertionError("waited in vain for a packet");
    }
    return next;
  }

  /** How many bytes have come in all, after taking what is here by now. */
  public long received() {
    while (receive(DRAIN_MILLIS) != null) {
      // Counted there.
    }
    return received;
  }

  private byte @Nullable [] receive(int millis) {
    DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
    try {
      socket.setSoTimeout(millis);
      socket.receive(packet);
    } catch (SocketTimeoutException none) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    received += packet.getLength();
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @Override
  public void close() {
    socket.close();
  }
}
