package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.CongestionControl;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What two requests must have in common to share a connection: everything that decides how the
 * connection is made and whom it is trusted to reach.
 */
record PoolKey(
    String host,
    int port,
    ClientTls tls,
    Optional<CongestionControl> congestionControl,
    DialectPolicy dialects,
    boolean requireUnreliable,
    Set<HttpVersion> versions,
    FlowLimits flow,
    String partition) {

  /** Empty for a request that wants a connection of its own. */
  static Optional<PoolKey> of(DialRequest request) {
    return request
        .pool()
        .map(
            partition ->
                new PoolKey(
                    request.host().toLowerCase(Locale.ROOT),
                    request.port(),
                    request.tls(),
                    request.congestionControl(),
                    request.dialects(),
                    request.requireUnreliable(),
                    request.versions(),
                    request.flow(),
                    partition));
  }
}
