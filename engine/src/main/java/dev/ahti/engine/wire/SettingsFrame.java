package dev.ahti.engine.wire;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/**
 * The SETTINGS frame of HTTP/3 (RFC 9114 7.2.4): identifiers and values, in order.
 *
 * <p>Values are judged by {@code dev.ahti.engine.dialect}; this class judges the layout.
 */
public final class SettingsFrame {
  /** The frame type. */
  public static final long TYPE = 0x04;

  /** The stream type of the control stream, which SETTINGS opens. */
  public static final long CONTROL_STREAM_TYPE = 0x00;

  /**
   * The largest payload that is accepted unless another is named, in bytes; some forty settings,
   * grease included.
   */
  public static final int MAX_PAYLOAD = 1024;

  private static final String SECTION = "RFC 9114 7.2.4";

  /** Settings of HTTP/2 that HTTP/3 reserves and forbids (RFC 9114 7.2.4.1). */
  private static final long FIRST_RESERVED = 0x02;

  private static final long LAST_RESERVED = 0x05;

  private SettingsFrame() {}

  /**
   * The whole frame, the settings in the map's order.
   *
   * @throws IllegalArgumentException if an identifier or a value is not 0 to 2^62-1
   */
  public static ByteString encode(Map<Long, Long> settings) {
    ByteString payload = ByteString.emptyByteString();
    for (Map.Entry<Long, Long> setting : settings.entrySet()) {
      payload =
          payload.concat(VarInt.encode(setting.getKey())).concat(VarInt.encode(setting.getValue()));
    }
    return VarInt.encode(TYPE).concat(VarInt.encode(payload.length())).concat(payload).compact();
  }

  /** The first bytes of a control stream: its type, then the frame. */
  public static ByteString encodeControlStream(Map<Long, Long> settings) {
    return VarInt.encode(CONTROL_STREAM_TYPE).concat(encode(settings)).compact();
  }

  /**
   * Decodes the frame at the start of the bytes, behind the stream type.
   *
   * @return the settings in wire order, unmodifiable; malformed for the connection with
   *     H3_MISSING_SETTINGS if another frame comes first, H3_EXCESSIVE_LOAD if it is larger than
   *     {@link #MAX_PAYLOAD}, H3_FRAME_ERROR if it ends inside a setting, H3_SETTINGS_ERROR if an
   *     identifier comes twice or is reserved
   */
  public static DecodeResult<Map<Long, Long>> decode(ByteString bytes) {
    return decode(bytes, MAX_PAYLOAD);
  }

  /**
   * The same with another bound.
   *
   * @param maxPayload bytes of the largest payload that is accepted
   */
  public static DecodeResult<Map<Long, Long>> decode(ByteString bytes, int maxPayload) {
    if (bytes.isEmpty()) {
      return new DecodeResult.NeedMore<>(1);
    }
    int typeLength = VarInt.lengthOf(bytes.apply(0));
    if (bytes.length() < typeLength) {
      return new DecodeResult.NeedMore<>(typeLength);
    }
    long type = VarInt.get(bytes, 0);
    if (type != TYPE) {
      return malformed(Http3ErrorCode.H3_MISSING_SETTINGS, "first frame is of type " + type);
    }
    if (bytes.length() == typeLength) {
      return new DecodeResult.NeedMore<>(typeLength + 1);
    }
    int header = typeLength + VarInt.lengthOf(bytes.apply(typeLength));
    if (bytes.length() < header) {
      return new DecodeResult.NeedMore<>(header);
    }
    long length = VarInt.get(bytes, typeLength);
    if (length > maxPayload) {
      return malformed(Http3ErrorCode.H3_EXCESSIVE_LOAD, "SETTINGS of " + length + " bytes");
    }
    int end = header + (int) length;
    return bytes.length() < end
        ? new DecodeResult.NeedMore<>(end)
        : settings(bytes.slice(header, end), bytes.drop(end));
  }

  private static DecodeResult<Map<Long, Long>> settings(ByteString payload, ByteString rest) {
    Map<Long, Long> settings = new LinkedHashMap<>();
    ByteString left = payload;
    while (!left.isEmpty()) {
      if (!(VarInt.decode(left) instanceof DecodeResult.Complete<Long> id)
          || !(VarInt.decode(id.rest()) instanceof DecodeResult.Complete<Long> value)) {
        return malformed(Http3ErrorCode.H3_FRAME_ERROR, "SETTINGS end inside a setting");
      }
      if (id.value() >= FIRST_RESERVED && id.value() <= LAST_RESERVED) {
        return malformed(
            Http3ErrorCode.H3_SETTINGS_ERROR, "setting " + id.value() + " is HTTP/2's");
      }
      if (settings.put(id.value(), value.value()) != null) {
        return malformed(
            Http3ErrorCode.H3_SETTINGS_ERROR,
            "setting 0x" + Long.toHexString(id.value()) + " comes twice");
      }
      left = value.rest();
    }
    return new DecodeResult.Complete<>(Collections.unmodifiableMap(settings), rest);
  }

  private static DecodeResult<Map<Long, Long>> malformed(long code, String message) {
    return new DecodeResult.Malformed<>(Violation.connection(code, message, SECTION));
  }
}
