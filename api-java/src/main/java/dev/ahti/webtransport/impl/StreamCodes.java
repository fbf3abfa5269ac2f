package dev.ahti.webtransport.impl;

import org.apache.pekko.annotation.InternalApi;

/** The codes that an application ends streams with. */
@InternalApi
public final class StreamCodes {
  private static final long MAX_CODE = 0xffff_ffffL;

  private StreamCodes() {}

  /** The nearest one from 0 to 2^32-1: what aborts has to abort, whatever the code. */
  public static long clamped(long code) {
    return Math.max(0, Math.min(code, MAX_CODE));
  }
}
