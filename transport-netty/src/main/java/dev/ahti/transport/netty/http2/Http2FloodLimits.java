package dev.ahti.transport.netty.http2;

import java.time.Duration;

/**
 * From where on what a peer asks for at no price is a flood, which ends its connection; the keys
 * are explained in {@code reference.conf}.
 *
 * @param maxQueuedControlFrames answers that wait for a peer that does not read
 * @param resetsPerWindow streams that may be reset, by either side, in the window
 * @param resetWindow that window
 * @param emptyDataFrames DATA frames in a row without bytes and without an end (CVE-2019-9518)
 * @param smallContinuations CONTINUATION frames in a row too small for their number
 *     (CVE-2024-27316)
 */
public record Http2FloodLimits(
    int maxQueuedControlFrames,
    int resetsPerWindow,
    Duration resetWindow,
    int emptyDataFrames,
    int smallContinuations) {}
