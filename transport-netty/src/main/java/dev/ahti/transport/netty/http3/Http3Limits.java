package dev.ahti.transport.netty.http3;

import dev.ahti.engine.spi.DatagramLimits;
import java.time.Duration;

/**
 * What an HTTP/3 connection keeps to; the keys are explained in {@code reference.conf}.
 *
 * @param maxFieldSection bytes of a header section at most
 * @param maxSettings bytes of SETTINGS at most
 * @param headerTimeout how long a header may take
 * @param datagramsIncoming bounds of what a session's consumer leaves waiting
 * @param datagramsOutgoing bounds of what a session has waiting to be sent
 * @param earlyDatagrams datagrams held for sessions not yet seen
 * @param earlyDatagramBytes their bytes
 * @param earlyHold how long they are held
 * @param rememberedSessions ended sessions that are remembered
 * @param keepAlive how often something is said on a connection with a session; zero for never
 * @param skipBudget bytes of unknown frames that are skipped within the window
 * @param skipWindow that window
 */
public record Http3Limits(
    int maxFieldSection,
    int maxSettings,
    Duration headerTimeout,
    DatagramLimits datagramsIncoming,
    DatagramLimits datagramsOutgoing,
    int earlyDatagrams,
    int earlyDatagramBytes,
    Duration earlyHold,
    int rememberedSessions,
    Duration keepAlive,
    long skipBudget,
    Duration skipWindow) {}
