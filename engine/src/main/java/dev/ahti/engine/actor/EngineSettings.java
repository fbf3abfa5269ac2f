package dev.ahti.engine.actor;

import com.typesafe.config.Config;
import dev.ahti.engine.admission.PrefixLimits;
import dev.ahti.engine.dialect.SettingsOffer;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.spi.DatagramLimits;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * The engine's settings, read once an actor system from {@code ahti} of its configuration. What
 * each one counts, why it has its value and what happens at the limit stands in {@code
 * reference.conf}.
 *
 * @param transport the name of the transport provider
 * @param loopDispatcher whether a connection's actors and stages run on its event loop
 * @param loopThroughput messages an actor may take in a row, above zero
 * @param loopWatchdog how long a task may hold a loop before it is reported
 * @param dialects which drafts are spoken, and how
 * @param headers limits of what an application adds to headers
 * @param http limits of plain requests
 * @param listener limits of a listener
 * @param dialer limits of the dialer
 * @param connection limits of a connection
 * @param session limits of a session
 * @param stream limits of a stream
 * @param early limits of what arrives before its session
 */
public record EngineSettings(
    String transport,
    boolean loopDispatcher,
    int loopThroughput,
    Duration loopWatchdog,
    DialectSettings dialects,
    Headers headers,
    HttpSettings http,
    Listener listener,
    Dialer dialer,
    Connection connection,
    Session session,
    Stream stream,
    Early early) {
  private static final long MAX_CODE = 0xffff_ffffL;

  /** Checks the bounds. */
  public EngineSettings {
    positive("ahti.loop-throughput", loopThroughput);
    positive("ahti.loop-watchdog", loopWatchdog.toNanos());
  }

  /** The settings of an actor system. */
  public static EngineSettings create(ActorSystem<?> system) {
    return create(system.settings().config());
  }

  /**
   * The settings in a configuration that has the root {@code ahti}.
   *
   * @throws com.typesafe.config.ConfigException when a key is missing or of the wrong type
   * @throws IllegalArgumentException when a value is out of its bounds; the message names the key
   */
  public static EngineSettings create(Config config) {
    Config root = config.getConfig("ahti");
    return new EngineSettings(
        root.getString("transport"),
        root.getBoolean("loop-dispatcher"),
        root.getInt("loop-throughput"),
        root.getDuration("loop-watchdog"),
        DialectSettings.create(root.getConfig("dialects")),
        new Headers(root.getInt("headers.fields"), root.getBytes("headers.bytes")),
        HttpSettings.create(root.getConfig("http")),
        listener(root.getConfig("listener")),
        new Dialer(
            root.getInt("dialer.max-connections"),
            root.getDuration("dialer.connect-timeout"),
            root.getDuration("dialer.answer-timeout"),
            root.getDuration("dialer.pool-idle-timeout"),
            root.getDuration("dialer.http2-head-start"),
            root.getInt("dialer.remembered-http3-failures"),
            root.getDuration("dialer.http3-failure-memory")),
        connection(root.getConfig("connection")),
        session(root.getConfig("session")),
        new Stream(root.getBytes("stream.receive-credit"), root.getInt("stream.waiting-calls")),
        early(root.getConfig("early")));
  }

  /** The same with another flow control of sessions. */
  EngineSettings withFlow(Flow flow) {
    Session with =
        new Session(
            session.maxPerConnection(),
            session.handlerFailureCode(),
            session.closeTimeout(),
            session.incomingStreamsCapacity(),
            session.openWaitersCapacity(),
            session.statisticsCalls(),
            session.connectingCalls(),
            session.sendGroups(),
            session.unreadStreams(),
            session.connectReadAhead(),
            session.datagrams(),
            session.datagramCapsuleSize(),
            session.capsuleBudget(),
            session.controlCapsuleBudget(),
            session.capsuleBudgetWindow(),
            session.handler(),
            flow);
    return new EngineSettings(
        transport,
        loopDispatcher,
        loopThroughput,
        loopWatchdog,
        dialects,
        headers,
        http,
        listener,
        dialer,
        connection,
        with,
        stream,
        early);
  }

  /** How many sessions the dialer's connections can carry at most. */
  int mostSessions() {
    long most = (long) dialer.maxConnections() * session.maxPerConnection();
    return (int) Math.min(most, Integer.MAX_VALUE);
  }

  private static Listener listener(Config config) {
    Config drain = config.getConfig("drain");
    Duration timeout = drain.getDuration("timeout");
    long code = drain.getLong("close-code");
    notNegative("ahti.listener.drain.timeout", timeout);
    if (timeout.compareTo(DrainRequest.LONGEST) > 0) {
      throw outOfBounds("ahti.listener.drain.timeout", timeout.toMillis(), "a day at most");
    }
    code("ahti.listener.drain.close-code", code);
    return new Listener(
        config.getInt("max-connections"),
        config.getInt("max-sessions"),
        admission(config.getConfig("admission")),
        new DrainRequest(timeout, code, drain.getString("close-reason")),
        new Certificates(
            config.getDuration("certificates.watch-interval"),
            config.getDuration("certificates.rotation"),
            config.getDuration("certificates.overlap")));
  }

  private static Admission admission(Config config) {
    return new Admission(
        config.getInt("ipv4-prefix"),
        config.getInt("ipv6-prefix"),
        config.getInt("connections"),
        config.getInt("connection-rate"),
        config.getInt("connection-burst"),
        config.getInt("sessions"),
        config.getInt("prefixes"),
        config.getLong("streams"),
        config.getLong("streams-of-prefix"),
        config.getBytes("queued-bytes"),
        config.getBytes("queued-bytes-of-prefix"));
  }

  private static Connection connection(Config config) {
    return new Connection(
        config.getInt("pending-requests"),
        config.getInt("undecided-requests"),
        config.getDuration("decision-timeout"),
        config.getDuration("settings-timeout"),
        config.getDuration("close-timeout"),
        config.getInt("remembered-sessions"));
  }

  private static Session session(Config config) {
    return new Session(
        config.getInt("max-per-connection"),
        config.getLong("handler-failure-code"),
        config.getDuration("close-timeout"),
        config.getInt("incoming-streams-capacity"),
        config.getInt("open-waiters-capacity"),
        config.getInt("statistics-calls"),
        config.getInt("connecting-calls"),
        config.getInt("send-groups"),
        config.getInt("unread-streams"),
        config.getBytes("connect-read-ahead"),
        datagrams(config.getConfig("datagrams")),
        toInt(config.getBytes("datagram-capsule-size")),
        config.getBytes("capsule-budget"),
        config.getBytes("control-capsule-budget"),
        config.getDuration("capsule-budget-window"),
        new Handler(
            config.getBytes("handler.send-queue"),
            config.getInt("handler.unacknowledged-datagrams"),
            config.getInt("handler.unacknowledged-streams")),
        flow(config.getConfig("flow")));
  }

  private static Datagrams datagrams(Config config) {
    return new Datagrams(
        config.getInt("incoming-max-buffered"),
        config.getInt("outgoing-max-buffered"),
        config.getDuration("incoming-max-age"),
        config.getDuration("outgoing-max-age"),
        config.getInt("buffered-limit"));
  }

  private static Flow flow(Config config) {
    return new Flow(
        config.getBoolean("enabled"),
        config.getBytes("data-window"),
        config.getInt("streams-unidirectional"),
        config.getInt("streams-bidirectional"),
        config.getBytes("stream-window"));
  }

  private static Early early(Config config) {
    return new Early(
        config.getInt("streams"),
        config.getInt("remembered-rejections"),
        config.getDuration("hold"),
        config.getInt("datagrams"),
        toInt(config.getBytes("datagram-bytes")));
  }

  /** More than this is held nowhere. */
  private static int toInt(long bytes) {
    return (int) Math.max(Math.min(bytes, Integer.MAX_VALUE), Integer.MIN_VALUE);
  }

  /**
   * {@code ahti.headers}, of one request or answer.
   *
   * @param fields header fields of the application
   * @param bytes their size
   */
  public record Headers(int fields, long bytes) {

    /** Checks the bounds. */
    public Headers {
      positive("ahti.headers.fields", fields);
      positive("ahti.headers.bytes", bytes);
    }
  }

  /**
   * {@code ahti.listener}.
   *
   * @param maxConnections open connections of one listener
   * @param maxSessions sessions of one listener that are not over
   * @param admission what is let in by prefixes of addresses, and in all
   * @param drain how its sessions are wound up when the actor system shuts down
   * @param certificates how they are renewed
   */
  public record Listener(
      int maxConnections,
      int maxSessions,
      Admission admission,
      DrainRequest drain,
      Certificates certificates) {

    /** Checks the bounds. */
    public Listener {
      positive("ahti.listener.max-connections", maxConnections);
      positive("ahti.listener.max-sessions", maxSessions);
    }
  }

  /**
   * {@code ahti.listener.admission}.
   *
   * @param ipv4Prefix bits of an IPv4 address that are looked at
   * @param ipv6Prefix bits of an IPv6 address that are looked at
   * @param connections open connections of a prefix
   * @param connectionRate new connections of a prefix a second
   * @param connectionBurst new connections of a prefix at once
   * @param sessions sessions of a prefix
   * @param prefixes told apart
   * @param streams of all sessions together
   * @param streamsOfPrefix of the sessions of a prefix together
   * @param queuedBytes of all streams together
   * @param queuedBytesOfPrefix of the streams of a prefix together
   */
  public record Admission(
      int ipv4Prefix,
      int ipv6Prefix,
      int connections,
      int connectionRate,
      int connectionBurst,
      int sessions,
      int prefixes,
      long streams,
      long streamsOfPrefix,
      long queuedBytes,
      long queuedBytesOfPrefix) {
    private static final int MOST = 1_000_000;

    /** Checks the bounds. */
    public Admission {
      within("ipv4-prefix", ipv4Prefix, 32);
      within("ipv6-prefix", ipv6Prefix, 128);
      within("connections", connections, MOST);
      within("connection-rate", connectionRate, MOST);
      within("connection-burst", connectionBurst, MOST);
      within("sessions", sessions, MOST);
      within("prefixes", prefixes, MOST);
      positive("ahti.listener.admission.streams", streams);
      positive("ahti.listener.admission.streams-of-prefix", streamsOfPrefix);
      positive("ahti.listener.admission.queued-bytes", queuedBytes);
      positive("ahti.listener.admission.queued-bytes-of-prefix", queuedBytesOfPrefix);
    }

    private static void within(String key, int value, int most) {
      if (value < 1 || value > most) {
        throw outOfBounds("ahti.listener.admission." + key, value, "1 to " + most);
      }
    }

    /** Those of one prefix. */
    PrefixLimits perPrefix() {
      return new PrefixLimits(
          ipv4Prefix, ipv6Prefix, connections, connectionRate, connectionBurst, sessions, prefixes);
    }
  }

  /**
   * {@code ahti.listener.certificates}.
   *
   * @param watchInterval from one look at certificate files to the next
   * @param rotation how long a short-lived certificate is shown
   * @param overlap how long it is valid before and after that
   */
  public record Certificates(Duration watchInterval, Duration rotation, Duration overlap) {
    /** What browsers accept by its hash. */
    private static final Duration LONGEST_VALIDITY = Duration.ofDays(14);

    /** Checks the bounds. */
    public Certificates {
      positive("ahti.listener.certificates.watch-interval", watchInterval.toNanos());
      positive("ahti.listener.certificates.rotation", rotation.toNanos());
      positive("ahti.listener.certificates.overlap", overlap.toNanos());
      Duration validity = rotation.plus(overlap.multipliedBy(2));
      if (validity.compareTo(LONGEST_VALIDITY) > 0) {
        throw outOfBounds(
            "ahti.listener.certificates.rotation",
            rotation.toMillis(),
            "with twice the overlap at most " + LONGEST_VALIDITY.toMillis() + " ms");
      }
    }
  }

  /**
   * {@code ahti.dialer}.
   *
   * @param maxConnections connections that are open or being opened
   * @param connectTimeout how long each version of HTTP may take to connect
   * @param answerTimeout how long a server may take to answer a request
   * @param poolIdleTimeout how long a shared connection outlives its last session; may be zero
   * @param http2HeadStart how long HTTP/3 is tried alone; may be zero
   * @param rememberedHttp3Failures servers that HTTP/3 is known to fail with
   * @param http3FailureMemory how long each is remembered
   */
  public record Dialer(
      int maxConnections,
      Duration connectTimeout,
      Duration answerTimeout,
      Duration poolIdleTimeout,
      Duration http2HeadStart,
      int rememberedHttp3Failures,
      Duration http3FailureMemory) {

    /** Checks the bounds. */
    public Dialer {
      positive("ahti.dialer.max-connections", maxConnections);
      positive("ahti.dialer.connect-timeout", connectTimeout.toNanos());
      positive("ahti.dialer.answer-timeout", answerTimeout.toNanos());
      notNegative("ahti.dialer.pool-idle-timeout", poolIdleTimeout);
      notNegative("ahti.dialer.http2-head-start", http2HeadStart);
      positive("ahti.dialer.remembered-http3-failures", rememberedHttp3Failures);
      positive("ahti.dialer.http3-failure-memory", http3FailureMemory.toNanos());
    }
  }

  /**
   * {@code ahti.connection}.
   *
   * @param pendingRequests requests held until the peer's SETTINGS came
   * @param undecidedRequests requests whose router decides later
   * @param decisionTimeout how long it may take
   * @param settingsTimeout how long the peer's SETTINGS may take
   * @param closeTimeout how long sessions and the transport may take to end
   * @param rememberedSessions ids of ended sessions that are told from new ones
   */
  public record Connection(
      int pendingRequests,
      int undecidedRequests,
      Duration decisionTimeout,
      Duration settingsTimeout,
      Duration closeTimeout,
      int rememberedSessions) {

    /** Checks the bounds. */
    public Connection {
      positive("ahti.connection.pending-requests", pendingRequests);
      positive("ahti.connection.undecided-requests", undecidedRequests);
      positive("ahti.connection.decision-timeout", decisionTimeout.toNanos());
      positive("ahti.connection.settings-timeout", settingsTimeout.toNanos());
      positive("ahti.connection.close-timeout", closeTimeout.toNanos());
      positive("ahti.connection.remembered-sessions", rememberedSessions);
    }
  }

  /**
   * {@code ahti.session}.
   *
   * @param maxPerConnection sessions at a time on one connection
   * @param handlerFailureCode the code of the CLOSE after a handler threw
   * @param closeTimeout how long a peer can delay the end of a session
   * @param incomingStreamsCapacity streams of each kind waiting for the application
   * @param openWaitersCapacity streams the application asked for and has not got
   * @param statisticsCalls calls for statistics that wait for their answer
   * @param connectingCalls calls that wait for a session which is connecting
   * @param sendGroups send groups that are in use at a time
   * @param unreadStreams streams that have ended and wait for their reader, to be dropped
   * @param connectReadAhead bytes of the CONNECT stream that are read ahead
   * @param datagrams bounds of datagrams that wait
   * @param datagramCapsuleSize bytes of one that came as a capsule
   * @param capsuleBudget bytes of unknown capsules that are skipped within the window
   * @param controlCapsuleBudget bytes of capsules of control that are taken within the window
   * @param capsuleBudgetWindow that window
   * @param handler bounds of what handlers and actors of sessions hold
   * @param flow flow control of sessions
   */
  public record Session(
      int maxPerConnection,
      long handlerFailureCode,
      Duration closeTimeout,
      int incomingStreamsCapacity,
      int openWaitersCapacity,
      int statisticsCalls,
      int connectingCalls,
      int sendGroups,
      int unreadStreams,
      long connectReadAhead,
      Datagrams datagrams,
      int datagramCapsuleSize,
      long capsuleBudget,
      long controlCapsuleBudget,
      Duration capsuleBudgetWindow,
      Handler handler,
      Flow flow) {

    /** Checks the bounds. */
    public Session {
      positive("ahti.session.max-per-connection", maxPerConnection);
      code("ahti.session.handler-failure-code", handlerFailureCode);
      positive("ahti.session.close-timeout", closeTimeout.toNanos());
      positive("ahti.session.incoming-streams-capacity", incomingStreamsCapacity);
      positive("ahti.session.open-waiters-capacity", openWaitersCapacity);
      positive("ahti.session.statistics-calls", statisticsCalls);
      positive("ahti.session.connecting-calls", connectingCalls);
      positive("ahti.session.send-groups", sendGroups);
      positive("ahti.session.unread-streams", unreadStreams);
      positive("ahti.session.connect-read-ahead", connectReadAhead);
      positive("ahti.session.datagram-capsule-size", datagramCapsuleSize);
      positive("ahti.session.capsule-budget", capsuleBudget);
      positive("ahti.session.control-capsule-budget", controlCapsuleBudget);
      positive("ahti.session.capsule-budget-window", capsuleBudgetWindow.toNanos());
    }
  }

  /**
   * {@code ahti.session.handler}.
   *
   * @param sendQueue bytes of one stream that wait until it takes them
   * @param unacknowledgedDatagrams datagrams that an actor is told ahead of its answers
   * @param unacknowledgedStreams streams of the peer that have ended, of which it is told ahead
   */
  public record Handler(long sendQueue, int unacknowledgedDatagrams, int unacknowledgedStreams) {

    /** Checks the bounds. */
    public Handler {
      positive("ahti.session.handler.send-queue", sendQueue);
      positive("ahti.session.handler.unacknowledged-datagrams", unacknowledgedDatagrams);
      positive("ahti.session.handler.unacknowledged-streams", unacknowledgedStreams);
    }
  }

  /**
   * {@code ahti.session.datagrams}.
   *
   * @param incomingMaxBuffered how many wait for the application
   * @param outgoingMaxBuffered how many of one writer wait for the transport
   * @param incomingMaxAge how long each waits; 0 is for ever
   * @param outgoingMaxAge how long each waits; 0 is for ever
   * @param bufferedLimit how many wait in one direction, whatever an application says
   */
  public record Datagrams(
      int incomingMaxBuffered,
      int outgoingMaxBuffered,
      Duration incomingMaxAge,
      Duration outgoingMaxAge,
      int bufferedLimit) {

    /** Checks the bounds. */
    public Datagrams {
      positive("ahti.session.datagrams.buffered-limit", bufferedLimit);
      upTo("incoming-max-buffered", incomingMaxBuffered, bufferedLimit);
      upTo("outgoing-max-buffered", outgoingMaxBuffered, bufferedLimit);
      notNegative("ahti.session.datagrams.incoming-max-age", incomingMaxAge);
      notNegative("ahti.session.datagrams.outgoing-max-age", outgoingMaxAge);
    }

    private static void upTo(String key, int value, int limit) {
      if (value < 1 || value > limit) {
        throw outOfBounds("ahti.session.datagrams." + key, value, "1 to " + limit);
      }
    }

    /** Bounds of what comes, as far as the application says nothing. */
    public DatagramLimits incoming() {
      return new DatagramLimits(incomingMaxBuffered, incomingMaxAge.toNanos(), bufferedLimit);
    }

    /** Bounds of what goes, as far as the application says nothing. */
    public DatagramLimits outgoing() {
      return new DatagramLimits(outgoingMaxBuffered, outgoingMaxAge.toNanos(), bufferedLimit);
    }
  }

  /**
   * {@code ahti.stream}.
   *
   * @param receiveCredit bytes of credit for one demand of a receiving stage
   * @param waitingCalls calls that may wait on one half that is read or written by hand
   */
  public record Stream(long receiveCredit, int waitingCalls) {

    /** Checks the bounds. */
    public Stream {
      positive("ahti.stream.receive-credit", receiveCredit);
      positive("ahti.stream.waiting-calls", waitingCalls);
    }
  }

  /**
   * {@code ahti.session.flow}.
   *
   * @param enabled whether it is offered to peers
   * @param dataWindow bytes that a peer may be ahead of what was consumed
   * @param streamsUnidirectional streams that a peer may be ahead of those that have ended
   * @param streamsBidirectional the same for this kind
   * @param streamWindow bytes of one stream, over HTTP/2
   */
  public record Flow(
      boolean enabled,
      long dataWindow,
      int streamsUnidirectional,
      int streamsBidirectional,
      long streamWindow) {

    /** Checks the bounds. */
    public Flow {
      positive("ahti.session.flow.data-window", dataWindow);
      positive("ahti.session.flow.streams-unidirectional", streamsUnidirectional);
      positive("ahti.session.flow.streams-bidirectional", streamsBidirectional);
      positive("ahti.session.flow.stream-window", streamWindow);
    }

    /** What a session over HTTP/2 begins with, where flow control is never off. */
    MuxLimits muxLimits() {
      return new MuxLimits(
          new InitialLimits(dataWindow, streamsUnidirectional, streamsBidirectional),
          StreamLimits.of(streamWindow));
    }

    /** What SETTINGS announce of it: all three limits or none. */
    Optional<SettingsOffer.FlowLimits> limits() {
      return enabled
          ? Optional.of(
              new SettingsOffer.FlowLimits(dataWindow, streamsUnidirectional, streamsBidirectional))
          : Optional.empty();
    }
  }

  /**
   * {@code ahti.early}, a connection.
   *
   * @param streams streams of sessions not yet seen
   * @param hold how long they wait
   * @param datagrams datagrams of sessions not yet seen
   * @param datagramBytes bytes of those
   */
  public record Early(
      int streams, int rememberedRejections, Duration hold, int datagrams, int datagramBytes) {

    /** Checks the bounds. */
    public Early {
      positive("ahti.early.streams", streams);
      positive("ahti.early.remembered-rejections", rememberedRejections);
      positive("ahti.early.hold", hold.toNanos());
      positive("ahti.early.datagrams", datagrams);
      positive("ahti.early.datagram-bytes", datagramBytes);
    }
  }

  static void positive(String key, long value) {
    if (value <= 0) {
      throw outOfBounds(key, value, "above 0");
    }
  }

  private static void notNegative(String key, Duration value) {
    if (value.isNegative()) {
      throw outOfBounds(key, value.toMillis(), "0 or above");
    }
  }

  private static void code(String key, long value) {
    if (value < 0 || value > MAX_CODE) {
      throw outOfBounds(key, value, "0 to " + MAX_CODE);
    }
  }

  private static IllegalArgumentException outOfBounds(String key, long value, String expected) {
    return new IllegalArgumentException(key + ": " + value + " (expected: " + expected + ")");
  }
}
