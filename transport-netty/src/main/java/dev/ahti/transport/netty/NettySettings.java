package dev.ahti.transport.netty;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.ahti.engine.actor.EngineSettings;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.HostResolver;
import dev.ahti.engine.wire.CapsuleDecoder;
import dev.ahti.transport.netty.http2.Http2EndLimits;
import dev.ahti.transport.netty.http2.Http2FloodLimits;
import dev.ahti.transport.netty.http2.Http2Limits;
import dev.ahti.transport.netty.http3.Http3Limits;
import dev.ahti.transport.netty.quic.AddressValidation;
import dev.ahti.transport.netty.quic.PortSettings;
import dev.ahti.transport.netty.quic.QuicSettings;
import dev.ahti.transport.netty.sockets.SocketLimits;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The transport's configuration, checked; the keys are explained in {@code reference.conf}.
 *
 * @param eventLoops how many, above zero
 * @param epoll whether epoll is used where it loads
 * @param drainLimit tasks in a row
 * @param watchdog how long a task may hold a loop
 * @param stopPoll from a packet to the look for what peers asked to stop
 * @param embeddedLoops event loops of others' servers at most
 * @param shutdownTimeout how long the end waits for the loops
 * @param quic connections and sockets
 * @param ports streams
 * @param http3 HTTP/3 and datagrams
 * @param http2 HTTP/2
 * @param nativeTls whether BoringSSL does TLS on TCP where it loads
 * @param secret what keys that outlive a restart come from
 * @param clientTlsContexts TLS contexts of clients that are kept
 * @param keyLog the file that TLS secrets are written to
 * @param addresses how hosts are found and in which order their addresses are tried
 * @param sockets direct sockets
 */
record NettySettings(
    int eventLoops,
    boolean epoll,
    int drainLimit,
    Duration watchdog,
    Duration stopPoll,
    int embeddedLoops,
    Duration shutdownTimeout,
    QuicSettings quic,
    PortSettings ports,
    Http3Limits http3,
    Http2Limits http2,
    boolean nativeTls,
    Optional<String> secret,
    int clientTlsContexts,
    Optional<String> keyLog,
    Addresses addresses,
    SocketLimits sockets) {

  /** Below this a secret could be guessed. */
  private static final int SHORTEST_SECRET = 32;

  /** The largest window of a connection that the library grows to by itself. */
  private static final long LARGEST_WINDOW = 24L * 1024 * 1024;

  /**
   * Reads {@code ahti.netty}, and of the engine's settings those that a transport keeps to.
   *
   * @throws ConfigException when a value is missing or not possible; the message names the key
   */
  static NettySettings of(Config root) {
    Config config = root.getConfig("ahti.netty");
    EngineSettings engine = EngineSettings.create(root);
    int loops = config.getInt("event-loops");
    return new NettySettings(
        loops > 0
            ? loops
            : Math.min(
                Runtime.getRuntime().availableProcessors(), number(config, "max-event-loops", 1)),
        config.getBoolean("epoll"),
        number(config, "drain-limit", 1),
        engine.loopWatchdog(),
        config.getDuration("stop-sending-poll"),
        number(config, "embedded-loops", 1),
        config.getDuration("shutdown-timeout"),
        quic(config),
        new PortSettings(
            bytes(config, "read-size", 1),
            bytes(config, "write-limit", 1),
            bytes(config, "write-chunk", 1024),
            window(config, "stream-window"),
            config.getDuration("write-stall-timeout"),
            number(config, "streams-bidirectional", 1),
            number(config, "streams-unidirectional", 3)),
        http3(config, engine),
        http2(config, engine),
        config.getBoolean("http2.native-tls"),
        secret(config),
        number(config, "client-tls-contexts", 1),
        text(config, "key-log"),
        addresses(config),
        sockets(config));
  }

  private static SocketLimits sockets(Config config) {
    return new SocketLimits(
        number(config, "sockets.max-open", 1),
        time(config, "sockets.connect-timeout"),
        bytes(config, "sockets.read-size", 1024),
        bytes(config, "write-limit", 1),
        number(config, "sockets.accept-backlog", 1),
        number(config, "sockets.udp-messages", 1),
        bytes(config, "sockets.udp-bytes", 1),
        time(config, "addresses.head-start"));
  }

  private static Addresses addresses(Config config) {
    return new Addresses(
        resolver(config),
        number(config, "addresses.tried", 1),
        time(config, "addresses.head-start"));
  }

  private static HostResolver resolver(Config config) {
    String name = config.getString("addresses.resolver");
    try {
      return Addresses.named(name);
    } catch (IllegalArgumentException e) {
      throw bad(
          config,
          "addresses.resolver",
          name,
          "a " + HostResolver.class.getName() + " with a public constructor without arguments");
    }
  }

  private static Optional<String> secret(Config config) {
    Optional<String> secret = text(config, "secret");
    if (secret.isPresent() && secret.get().length() < SHORTEST_SECRET) {
      throw bad(
          config,
          "secret",
          secret.get().length() + " characters",
          "at least " + SHORTEST_SECRET + " random ones");
    }
    return secret;
  }

  private static Optional<String> text(Config config, String key) {
    return Optional.of(config.getString(key)).filter(value -> !value.isEmpty());
  }

  private static AddressValidation addressValidation(Config config) {
    Duration lifetime = time(config, "address-validation.token-lifetime");
    Duration rotation = time(config, "address-validation.key-rotation");
    if (rotation.compareTo(lifetime) < 0) {
      throw bad(
          config,
          "address-validation.key-rotation",
          rotation.toMillis() + " ms",
          "at least token-lifetime, " + lifetime.toMillis() + " ms");
    }
    return new AddressValidation(
        mode(config),
        number(config, "address-validation.under-load", 0),
        number(config, "max-handshakes", 1),
        time(config, "handshake-timeout"),
        lifetime,
        rotation,
        number(config, "address-validation.remembered-tokens", 1));
  }

  private static AddressValidation.Mode mode(Config config) {
    String name = config.getString("address-validation.mode");
    return switch (name) {
      case "off" -> AddressValidation.Mode.OFF;
      case "always" -> AddressValidation.Mode.ALWAYS;
      case "under-load" -> AddressValidation.Mode.UNDER_LOAD;
      default -> throw bad(config, "address-validation.mode", name, "off, always or under-load");
    };
  }

  private static Duration time(Config config, String key) {
    Duration value = config.getDuration(key);
    if (value.toMillis() < 1) {
      throw bad(config, key, value, "at least 1 ms");
    }
    return value;
  }

  private static QuicSettings quic(Config config) {
    return new QuicSettings(
        config.getDuration("idle-timeout"),
        window(config, "connection-window"),
        window(config, "stream-window"),
        number(config, "streams-bidirectional", 1),
        number(config, "streams-unidirectional", 3),
        bytes(config, "max-udp-payload", 1200),
        config.getBoolean("discover-path-mtu"),
        bytes(config, "max-udp-payload-received", 1200),
        Math.min(number(config, "gso-segments", 0), 64),
        config.getBoolean("gro"),
        bytes(config, "socket-receive-buffer", 1),
        bytes(config, "socket-send-buffer", 1),
        number(config, "reads-per-batch", 1),
        congestionControl(config),
        number(config, "datagrams.quic-receive-queue", 1),
        number(config, "datagrams.quic-send-queue", 1),
        addressValidation(config),
        text(config, "qlog-directory"));
  }

  private static Http3Limits http3(Config config, EngineSettings engine) {
    return new Http3Limits(
        bytes(config, "max-field-section", 1024),
        bytes(config, "max-settings", 64),
        time(config, "header-timeout"),
        engine.session().datagrams().incoming(),
        engine.session().datagrams().outgoing(),
        engine.early().datagrams(),
        engine.early().datagramBytes(),
        engine.early().hold(),
        engine.connection().rememberedSessions(),
        keepAlive(config),
        bytes(config, "unknown-frame-budget", 1024),
        time(config, "unknown-frame-budget-window"));
  }

  private static Http2Limits http2(Config config, EngineSettings engine) {
    return new Http2Limits(
        bytes(config, "max-field-section", 1024),
        number(config, "streams-bidirectional", 1),
        bytes(config, "http2.stream-window", 1),
        bytes(config, "http2.connection-window", 65_535),
        bytes(config, "write-limit", 1),
        config.getDuration("write-stall-timeout"),
        new Http2FloodLimits(
            number(config, "http2.max-queued-control-frames", 1),
            number(config, "http2.resets", 1),
            time(config, "http2.resets-window"),
            number(config, "http2.empty-data-frames", 1),
            number(config, "http2.small-continuations", 1)),
        new Http2EndLimits(
            time(config, "http2.close-timeout"), bytes(config, "http2.read-behind-answer", 0)),
        time(config, "header-timeout"),
        time(config, "handshake-timeout"),
        time(config, "idle-timeout"),
        keepAlive(config),
        engine.session().datagrams().incoming(),
        engine.session().datagrams().outgoing(),
        bytes(config, "http2.unsent-limit", 1),
        bytes(config, "http2.datagram-size", 1),
        new CapsuleDecoder.Limits(
            engine.session().datagramCapsuleSize(), engine.session().capsuleBudget()),
        engine.session().controlCapsuleBudget(),
        engine.session().capsuleBudgetWindow(),
        bytes(config, "unknown-frame-budget", 1024),
        time(config, "unknown-frame-budget-window"));
  }

  private static CongestionControl congestionControl(Config config) {
    String name = config.getString("congestion-control");
    try {
      return CongestionControl.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw bad(config, "congestion-control", name, "cubic, bbr or reno");
    }
  }

  /** Three times within the idle time-out, or one lost packet could end the connection. */
  private static Duration keepAlive(Config config) {
    Duration interval = config.getDuration("keep-alive-interval");
    Duration most = config.getDuration("idle-timeout").dividedBy(3);
    return interval.compareTo(most) > 0 ? most : interval;
  }

  private static long window(Config config, String key) {
    long value = config.getBytes(key);
    if (value < 1 || value > LARGEST_WINDOW) {
      throw bad(config, key, value, "1 to " + LARGEST_WINDOW + " bytes");
    }
    return value;
  }

  private static int number(Config config, String key, int least) {
    int value = config.getInt(key);
    if (value < least) {
      throw bad(config, key, value, "at least " + least);
    }
    return value;
  }

  private static int bytes(Config config, String key, int least) {
    long value = config.getBytes(key);
    if (value < least || value > Integer.MAX_VALUE) {
      throw bad(config, key, value, "at least " + least + " and below 2 GiB");
    }
    return (int) value;
  }

  private static ConfigException bad(Config config, String key, Object value, String expected) {
    return new ConfigException.BadValue(
        config.getValue(key).origin(), key, value + " (expected: " + expected + ")");
  }
}
