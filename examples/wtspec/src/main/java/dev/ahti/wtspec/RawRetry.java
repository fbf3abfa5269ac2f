package dev.ahti.wtspec;

import java.nio.ByteBuffer;

/**
 * A Retry packet (RFC 9000 17.2.5), taken apart.
 *
 * @param id the connection id that the client goes on with
 * @param token what the client sends back
 */
public record RawRetry(byte[] id, byte[] token) {
  private static final int TYPE = 0xf0;
  private static final int INTEGRITY_TAG = 16;

  /**
   * Takes a packet apart.
   *
   * @throws AssertionError if it is none
   */
  public static RawRetry of(byte[] packet) {
    if ((packet[0] & TYPE) != TYPE) {
      throw new AssertionError("a packet that begins with " + packet[0] + " (expected: a Retry)");
    }
    ByteBuffer in = ByteBuffer.wrap(packet, 1 + Integer.BYTES, packet.length - 1 - Integer.BYTES);
    in.position(in.position() + 1 + in.get(in.position()));
    byte[] id = new byte[in.get()];
    in.get(id);
    byte[] token = new byte[in.remaining() - INTEGRITY_TAG];
    in.get(token);
    return new RawRetry(id, token);
  }
}
