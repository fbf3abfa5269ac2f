package dev.ahti.engine.gauge;

/** The names in the {@link GaugeRegistry}. Levels say what is there now, counters what happened. */
public final class Gauges {
  /** Level: open UDP sockets. */
  public static final String SOCKETS = "sockets";

  /** Level: direct sockets that are open or being opened, those that listen among them. */
  public static final String DIRECT_SOCKETS = "direct-sockets";

  /** Counter: direct sockets that were not opened, or not accepted, because of their number. */
  public static final String DIRECT_SOCKETS_REFUSED = "direct-sockets.refused";

  /** Level: bytes read from direct sockets that no consumer has polled. */
  public static final String DIRECT_SOCKETS_INBOUND_BYTES = "direct-sockets.inbound-queued-bytes";

  /** Level: bytes offered to direct sockets that the operating system has not taken. */
  public static final String DIRECT_SOCKETS_OUTBOUND_BYTES = "direct-sockets.outbound-queued-bytes";

  /** Level: messages that came to direct UDP sockets and that no consumer has polled. */
  public static final String DIRECT_SOCKETS_MESSAGES = "direct-sockets.messages-waiting";

  /** Counter: messages that came to direct UDP sockets and were dropped for newer ones. */
  public static final String DIRECT_SOCKETS_MESSAGES_DROPPED = "direct-sockets.messages-dropped";

  /** Level: open connections of QUIC, from their first packet on. */
  public static final String QUIC_CONNECTIONS = "quic.connections";

  /** Level: open streams of QUIC: those of sessions, requests, and those of HTTP/3 itself. */
  public static final String QUIC_STREAMS = "quic.streams";

  /** Level: open connections on TCP, from their first byte on. */
  public static final String TCP_CONNECTIONS = "tcp.connections";

  /** Level: open streams of HTTP/2, each of which is a request. */
  public static final String HTTP2_STREAMS = "http2.streams";

  /** Counter: connections of HTTP/2 closed because the peer asked for more work than it may. */
  public static final String HTTP2_FLOODS = "http2.floods";

  /** Level: calls for a listener, their list or a session that are not answered. */
  public static final String CALLS_OPEN = "calls.open";

  /** Level: open connections. */
  public static final String CONNECTIONS = "connections";

  /** Level: connections of clients that are kept for the next session and have none. */
  public static final String CONNECTIONS_IDLE = "connections.idle";

  /** Counter: times that a connection's end took longer than its sessions or its transport may. */
  public static final String CONNECTIONS_CLOSE_FORCED = "connections.close-forced";

  /** Counter: connections closed because the peer's SETTINGS did not come in time. */
  public static final String SETTINGS_MISSING = "settings.missing";

  /** Counter: requests for sessions given up because the server did not answer in time. */
  public static final String ANSWERS_MISSING = "answers.missing";

  /** Counter: connections closed because the peer's SETTINGS were longer than allowed. */
  public static final String SETTINGS_TOO_LARGE = "settings.too-large";

  /** Level: connections of listeners whose handshake is under way. */
  public static final String HANDSHAKES = "handshakes";

  /** Counter: connections of listeners that ended before their handshake was done. */
  public static final String HANDSHAKES_FAILED = "handshakes.failed";

  /** Counter: packets that came to listeners and were too short to be for them. */
  public static final String PACKETS_TOO_SHORT = "packets.too-short";

  /** Counter: Retry packets sent, to make a client prove its address. */
  public static final String RETRY_SENT = "retry.sent";

  /** Counter: first packets dropped because of their token. */
  public static final String RETRY_REFUSED = "retry.refused";

  /** Level: tokens of Retry packets that are remembered as used. */
  public static final String RETRY_REMEMBERED = "retry.remembered";

  /** Counter: times that a quiet connection was kept from its idle time-out. */
  public static final String KEEP_ALIVES = "connections.keep-alives";

  /** Level: sessions that are not closed. */
  public static final String SESSIONS = "sessions";

  /** Counter: sessions whose end the peer held up for as long as it may. */
  public static final String SESSIONS_CLOSE_FORCED = "sessions.close-forced";

  /** Level: ids of ended sessions and refused requests that connections remember one by one. */
  public static final String SESSIONS_REMEMBERED = "sessions.remembered";

  /** Level: requests that wait for the client's SETTINGS. */
  public static final String REQUESTS_WAITING = "requests.waiting";

  /** Level: requests whose router decides later and has not yet. */
  public static final String REQUESTS_UNDECIDED = "requests.undecided";

  /** Counter: requests that were answered 503 because their router took too long to decide. */
  public static final String REQUESTS_DECISIONS_OVERDUE = "requests.decisions-overdue";

  /** Level: bytes of bodies of plain requests that are held for those who decide about them. */
  public static final String HTTP_REQUEST_BODY_BYTES = "http.request-body-bytes";

  /** Level: answers to plain requests whose body is a stream that has not ended. */
  public static final String HTTP_ANSWERS_STREAMED = "http.answers-streamed";

  /** Counter: plain requests answered 413 or 503 because of a limit of their bodies or answers. */
  public static final String HTTP_REFUSED = "http.refused";

  /** Level: calls for statistics that are not answered. */
  public static final String STATS_WAITING = "stats.waiting";

  /** Level: calls that wait for their session, which is connecting. */
  public static final String CALLS_CONNECTING = "calls.connecting";

  /** Level: send groups that were made and are in use. */
  public static final String SEND_GROUPS = "send-groups";

  /** Level: sessions that end with an actor of the application. */
  public static final String OWNERS_WATCHED = "sessions.owned";

  /** Level: streams that the application asked for and has not got. */
  public static final String OPENS_WAITING = "streams.opens-waiting";

  /** Level: streams that have an actor. */
  public static final String STREAM_ACTORS = "streams.actors";

  /** Level: streams of sessions with a half that is not ended. */
  public static final String STREAMS = "streams";

  /** Level: streams of peers with a header that has begun and is not whole. */
  public static final String HEADERS_WAITING = "headers.waiting";

  /** Counter: streams of peers that ended because their header took too long. */
  public static final String HEADERS_OVERDUE = "headers.overdue";

  /**
   * Counter: header sections of peers that were longer than allowed; not where a host's own codec
   * of HTTP/2 reads them.
   */
  public static final String HEADERS_TOO_LARGE = "headers.too-large";

  /** Counter: dials and answers of the application with more header fields than it may add. */
  public static final String HEADERS_REFUSED = "headers.refused";

  /** Level: stopped streams that the QUIC library keeps until their connection ends. */
  public static final String STREAMS_STRANDED = "streams.stranded";

  /** Counter: bytes of frames of unknown types, and of informational answers. */
  public static final String FRAMES_SKIPPED_BYTES = "frames.skipped-bytes";

  /** Counter: bytes of capsules of unknown types, and of datagrams too long to be delivered. */
  public static final String CAPSULES_SKIPPED_BYTES = "capsules.skipped-bytes";

  /** Counter: bytes of capsules of control: of limits, of who is blocked, and of drain. */
  public static final String CAPSULES_CONTROL_BYTES = "capsules.control-bytes";

  /** Level: bytes read from the transport that no consumer has polled. */
  public static final String INBOUND_QUEUED_BYTES = "streams.inbound-queued-bytes";

  /**
   * Level: streams whose end has come and whose reader has not come to it, as far as remembered.
   */
  public static final String STREAMS_UNREAD = "streams.unread";

  /** Level: bytes offered by producers that the transport has not taken. */
  public static final String OUTBOUND_QUEUED_BYTES = "streams.outbound-queued-bytes";

  /** Counter: streams that ended here because the peer gave no credit for what was offered. */
  public static final String WRITE_STALLS = "streams.write-stalls";

  /** Counter: payload bytes of streams handed to the transport. */
  public static final String STREAM_BYTES_SENT = "streams.bytes-sent";

  /** Counter: payload bytes of streams read from the transport. */
  public static final String STREAM_BYTES_RECEIVED = "streams.bytes-received";

  /** Level: sessions that a handler or an actor of the application runs. */
  public static final String HANDLERS = "handlers";

  /** Counter: times that a handler or an actor of a session failed. */
  public static final String HANDLERS_FAILED = "handlers.failed";

  /** Level: bytes that handlers and actors sent and that their streams have not taken. */
  public static final String HANDLERS_QUEUED_BYTES = "handlers.queued-bytes";

  /** Counter: commands to send that were refused, as too much waited on their stream. */
  public static final String HANDLERS_SENDS_REFUSED = "handlers.sends-refused";

  /** Level: datagrams that actors were told and have not acknowledged. */
  public static final String HANDLERS_DATAGRAMS_UNACKNOWLEDGED =
      "handlers.datagrams-unacknowledged";

  /** Level: streams of peers whose end actors were told and have not acknowledged. */
  public static final String HANDLERS_STREAMS_UNACKNOWLEDGED = "handlers.streams-unacknowledged";

  /** Level: reads and writes by hand that wait for their stream. */
  public static final String STREAM_CALLS_WAITING = "streams.calls-waiting";

  /** Level: incoming streams that the application has not taken. */
  public static final String INCOMING_STREAMS_WAITING = "streams.incoming-waiting";

  /** Counter: incoming streams refused because too many waited. */
  public static final String INCOMING_STREAMS_REFUSED = "streams.incoming-refused";

  /** Level: sessions with flow control of their own. */
  public static final String FLOW_SESSIONS = "flow.sessions";

  /** Level: bytes that peers may send now by the limits of their sessions. */
  public static final String FLOW_RECEIVE_CREDIT = "flow.receive-credit-bytes";

  /** Level: streams with bytes to send that wait for the limit of their session. */
  public static final String FLOW_STREAMS_WAITING = "flow.streams-waiting";

  /** Counter: limits that we raised; over HTTP/2 those of streams too. */
  public static final String FLOW_GRANTS = "flow.grants";

  /** Counter: limits of peers that we told them we were blocked by; over HTTP/2 of streams too. */
  public static final String FLOW_BLOCKED = "flow.blocked";

  /**
   * Counter: sessions that ended because the peer broke one of their limits; over HTTP/2 one of
   * their streams too.
   */
  public static final String FLOW_VIOLATIONS = "flow.violations";

  /** Level: streams held for sessions not yet seen. */
  public static final String EARLY_STREAMS = "early.streams";

  /** Counter: streams for sessions not yet seen that were refused. */
  public static final String EARLY_STREAMS_REFUSED = "early.streams-refused";

  /**
   * Level: streams for sessions not yet seen that were refused, and that these will have to count.
   */
  public static final String EARLY_REJECTIONS_REMEMBERED = "early.rejections-remembered";

  /** Level: datagrams held for sessions not yet seen. */
  public static final String EARLY_DATAGRAMS = "early.datagrams";

  /** Counter: datagrams for sessions not yet seen that were dropped. */
  public static final String EARLY_DATAGRAMS_DROPPED = "early.datagrams-dropped";

  /** Counter: datagrams handed to the transport. */
  public static final String DATAGRAMS_SENT = "datagrams.sent";

  /** Counter: datagrams taken from the transport for a session. */
  public static final String DATAGRAMS_RECEIVED = "datagrams.received";

  /** Level: incoming datagrams that no consumer has polled. */
  public static final String DATAGRAMS_WAITING = "datagrams.waiting";

  /** Counter: incoming datagrams dropped because the consumer was too slow. */
  public static final String DATAGRAMS_DROPPED_INCOMING = "datagrams.dropped-incoming";

  /** Counter: incoming datagrams dropped because they waited too long for a consumer. */
  public static final String DATAGRAMS_EXPIRED_INCOMING = "datagrams.expired-incoming";

  /** Counter: outgoing datagrams dropped because they waited too long for the transport. */
  public static final String DATAGRAMS_EXPIRED_OUTGOING = "datagrams.expired-outgoing";

  /** Level: outgoing datagrams that the transport has not taken. */
  public static final String DATAGRAMS_WAITING_OUTGOING = "datagrams.waiting-outgoing";

  /** Counter: outgoing datagrams dropped because the transport had no room, or too large. */
  public static final String DATAGRAMS_DROPPED_OUTGOING = "datagrams.dropped-outgoing";

  /** Counter: connections refused by a limit. */
  public static final String CONNECTIONS_REFUSED = "connections.refused";

  /** Counter: listeners whose time to drain was over before their last connection was. */
  public static final String LISTENER_DRAINS_CUT = "listener.drains-cut";

  /** Level: prefixes of addresses with a connection of a listener, or a session. */
  public static final String ADMISSION_PREFIXES = "admission.prefixes";

  /** Counter: times that an address found no entry of its own. */
  public static final String ADMISSION_OVERFLOWS = "admission.overflows";

  /** Counter: connections refused for their prefix, or because too much was queued. */
  public static final String ADMISSION_CONNECTIONS_REFUSED = "admission.connections-refused";

  /** Counter: sessions refused for their prefix, their number, or because too much was queued. */
  public static final String ADMISSION_SESSIONS_REFUSED = "admission.sessions-refused";

  /** Counter: streams of peers refused because listeners together had too many. */
  public static final String ADMISSION_STREAMS_REFUSED = "admission.streams-refused";

  /** Counter: times that a listener began to show another certificate. */
  public static final String CERTIFICATES_REPLACED = "certificates.replaced";

  /** Counter: times that certificate files changed and could not be used. */
  public static final String CERTIFICATES_REFUSED = "certificates.refused";

  /** Counter: WebTransport requests answered with a refusal. */
  public static final String SESSIONS_REFUSED = "sessions.refused";

  /** Counter: sessions accepted. */
  public static final String SESSIONS_ACCEPTED = "sessions.accepted";

  /** Level: event loops of servers that the transport is embedded in, which it uses. */
  public static final String LOOPS_ADOPTED = "loops.adopted";

  /** Level: timers of the transport that have neither run nor been cancelled. */
  public static final String LOOP_TIMERS = "loop.timers";

  /**
   * Level: timers on the actor system's scheduler that have neither run nor been cancelled: of
   * dials, of streams that have to start in time, of datagrams before there is a session. Those of
   * actors end with them.
   */
  public static final String SCHEDULER_TIMERS = "scheduler.timers";

  /** Counter: tasks that held a loop longer than {@code ahti.loop-watchdog}. */
  public static final String LOOP_STALLS = "loop.stalls";

  /** Counter: TLS contexts made for clients, as none was kept for what they show and trust. */
  public static final String TLS_CONTEXTS_MADE = "tls.contexts-made";

  /** Level: servers that are remembered as HTTP/3 did not get through to them. */
  public static final String HTTP3_FAILURES = "dials.http3-failures";

  private Gauges() {}
}
