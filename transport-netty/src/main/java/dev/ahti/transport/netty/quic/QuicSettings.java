package dev.ahti.transport.netty.quic;

import dev.ahti.engine.spi.CongestionControl;
import java.time.Duration;
import java.util.Optional;

/**
 * What QUIC connections and their sockets are set up with; the keys are explained in {@code
 * reference.conf}.
 *
 * @param idleTimeout after which a silent connection is closed
 * @param connectionWindow bytes a peer may send on a connection
 * @param streamWindow bytes a peer may send on a stream
 * @param streamsBidirectional streams a peer may open
 * @param streamsUnidirectional streams a peer may open
 * @param maxUdpPayload bytes of a packet sent
 * @param discoverPathMtu whether shorter packets are sent where the path does not take them
 * @param maxUdpPayloadReceived bytes of a packet taken
 * @param gsoSegments packets handed to the kernel as one; 0 for one at a time
 * @param gro whether the kernel may hand over packets as one
 * @param socketReceiveBuffer bytes
 * @param socketSendBuffer bytes
 * @param readsPerBatch reads of a socket in a row
 * @param congestionControl which algorithm, where a listener or dial does not choose
 * @param datagramReceiveQueue datagrams in the library's queue
 * @param datagramSendQueue datagrams in the library's queue
 * @param addressValidation how handshakes are bounded and addresses proved
 * @param qlogDirectory where each connection writes a qlog
 */
public record QuicSettings(
    Duration idleTimeout,
    long connectionWindow,
    long streamWindow,
    long streamsBidirectional,
    long streamsUnidirectional,
    int maxUdpPayload,
    boolean discoverPathMtu,
    int maxUdpPayloadReceived,
    int gsoSegments,
    boolean gro,
    int socketReceiveBuffer,
    int socketSendBuffer,
    int readsPerBatch,
    CongestionControl congestionControl,
    int datagramReceiveQueue,
    int datagramSendQueue,
    AddressValidation addressValidation,
    Optional<String> qlogDirectory) {}
