package dev.ahti.webtransport.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The payload of a ticket: when it ends (seconds since 1970, 8 bytes), the subject, the number of
 * claims (2 bytes), and name and value of each; texts as {@link DataOutputStream#writeUTF} has
 * them.
 */
final class TicketText {
  private TicketText() {}

  /**
   * Writes a payload.
   *
   * @throws IllegalArgumentException if a text is longer than 65535 bytes
   */
  static byte[] write(String subject, Instant expires, Map<String, String> claims) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(expires.getEpochSecond());
      out.writeUTF(subject);
      out.writeShort(claims.size());
      for (Map.Entry<String, String> claim : new TreeMap<>(claims).entrySet()) {
        out.writeUTF(claim.getKey());
        out.writeUTF(claim.getValue());
      }
    } catch (UTFDataFormatException e) {
      throw new IllegalArgumentException("ticket: a text of more than 65535 bytes", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Reads a payload; empty if it is none. */
  static Optional<Ticket> read(byte[] payload) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
      Instant expires = Instant.ofEpochSecond(in.readLong());
      String subject = in.readUTF();
      Map<String, String> claims = new TreeMap<>();
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        claims.put(in.readUTF(), in.readUTF());
      }
      return in.read() < 0 ? Optional.of(new Ticket(subject, expires, claims)) : Optional.empty();
    } catch (IOException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
