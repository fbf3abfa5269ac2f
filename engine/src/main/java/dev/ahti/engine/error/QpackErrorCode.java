package dev.ahti.engine.error;

import java.util.Map;
import java.util.Optional;

/** Error codes of QPACK (RFC 9204 6), each for the whole connection. */
public final class QpackErrorCode {
  /** A header section that cannot be decoded. */
  public static final long QPACK_DECOMPRESSION_FAILED = 0x200;

  /** An instruction on the encoder stream that makes no sense. */
  public static final long QPACK_ENCODER_STREAM_ERROR = 0x201;

  /** An instruction on the decoder stream that makes no sense. */
  public static final long QPACK_DECODER_STREAM_ERROR = 0x202;

  private static final Map<Long, String> NAMES =
      Map.of(
          QPACK_DECOMPRESSION_FAILED, "QPACK_DECOMPRESSION_FAILED",
          QPACK_ENCODER_STREAM_ERROR, "QPACK_ENCODER_STREAM_ERROR",
          QPACK_DECODER_STREAM_ERROR, "QPACK_DECODER_STREAM_ERROR");

  private QpackErrorCode() {}

  /** The specification's name of a code, if it is one of these. */
  public static Optional<String> nameOf(long code) {
    return Optional.ofNullable(NAMES.get(code));
  }
}
