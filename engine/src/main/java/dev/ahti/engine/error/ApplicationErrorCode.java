package dev.ahti.engine.error;

import java.util.OptionalLong;

/**
 * The mapping between application error codes and HTTP/3 error codes on RESET_STREAM and
 * STOP_SENDING (draft-ietf-webtrans-http3-16 4.4).
 *
 * <p>Application codes are 32 bits wide and lie in a range of the HTTP/3 code space that leaves out
 * every code of the form {@code 0x1f * N + 0x21}, which HTTP/3 reserves for greasing. So after each
 * 30 application codes one code is skipped. WT_CLOSE_SESSION does not use this mapping.
 */
public final class ApplicationErrorCode {
  /** The HTTP/3 code of application code 0. */
  public static final long FIRST = 0x52e4a40fa8dbL;

  /** The HTTP/3 code of application code 2^32-1. */
  public static final long LAST = 0x52e5ac983162L;

  /** The largest application code, 2^32-1. */
  public static final long MAX = 0xffff_ffffL;

  /** The distance between two reserved codes, and the remainder that marks one. */
  private static final long RESERVED_STEP = 0x1f;

  private static final long RESERVED_OFFSET = 0x21;

  private ApplicationErrorCode() {}

  /**
   * The HTTP/3 code of an application code.
   *
   * @param applicationCode 0 to 2^32-1
   * @throws IllegalArgumentException if the code is out of range
   */
  public static long toHttp3(long applicationCode) {
    if (applicationCode < 0 || applicationCode > MAX) {
      throw new IllegalArgumentException(
          "application code: " + applicationCode + " (expected: 0 to 4294967295)");
    }
    return FIRST + applicationCode + applicationCode / (RESERVED_STEP - 1);
  }

  /**
   * The application code of an HTTP/3 code, empty if the code is outside the range or reserved. The
   * stream is reset or stopped all the same, then without an application code.
   */
  public static OptionalLong fromHttp3(long http3Code) {
    if (http3Code < FIRST
        || http3Code > LAST
        || (http3Code - RESERVED_OFFSET) % RESERVED_STEP == 0) {
      return OptionalLong.empty();
    }
    long shifted = http3Code - FIRST;
    return OptionalLong.of(shifted - shifted / RESERVED_STEP);
  }
}
