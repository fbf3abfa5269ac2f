package dev.ahti.transport.netty;

import static dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL;
import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Limits of a session that a peer breaks (draft-ietf-webtrans-http3-16 5): the session ends, and
 * nothing else. Draft 12 has the limits and no code for it; it gets the code of the later ones.
 */
class MalformedFlowIT extends MalformedInput {
  private static final long TOO_MANY = (1L << 60) + 1;

  /** The drafts with flow control: draft 12, 13 and 14, 15 and 16. */
  private static final Draft[] DRAFTS = {Draft.D07, Draft.D14, Draft.D16};

  private RawSession wire;
  private SessionHandle session;

  private static Stream<Arguments> roles() {
    return Stream.of(Role.values()).map(Arguments::of);
  }

  static Stream<Arguments> draftsAndRoles() {
    return with(DRAFTS, roles());
  }

  static Stream<Arguments> kinds() {
    return with(StreamKind.values(), draftsAndRoles());
  }

  static Stream<Arguments> limits() {
    return with(limitTypes(), draftsAndRoles());
  }

  static Stream<Arguments> limitsOfDraft16() {
    return with(limitTypes(), roles());
  }

  private static Object[] limitTypes() {
    return new Object[] {FlowWire.MAX_DATA, FlowWire.MAX_STREAMS_BIDI, FlowWire.MAX_STREAMS_UNI};
  }

  static Stream<Arguments> numbersOfStreams() {
    Object[] types = {
      FlowWire.MAX_STREAMS_BIDI,
      FlowWire.MAX_STREAMS_UNI,
      FlowWire.STREAMS_BLOCKED_BIDI,
      FlowWire.STREAMS_BLOCKED_UNI
    };
    return with(types, draftsAndRoles());
  }

  static Stream<Arguments> forbidden() {
    Object[] types = {FlowWire.MAX_STREAM_DATA, FlowWire.STREAM_DATA_BLOCKED};
    Draft[] alsoWithout = {Draft.D14, Draft.D16};
    return with(
        types,
        all(
            with(new Object[] {true}, draftsAndRoles()),
            with(new Object[] {false}, with(alsoWithout, roles()))));
  }

  private void open(RawSession connected, String limits) {
    wire = connected;
    session = wire.settings(limits).session();
  }

  /** A session in which each side lets the other begin with 1000 bytes and 4 streams of a kind. */
  private void open(Draft draft, Role role) {
    open(beginPooled(role, draft), FlowWire.limits(1000, 4, 4));
  }

  private void send(long type, long value) {
    wire.connect().write(RawHttp.capsule(type, RawHttp.number(value)));
  }

  private RawStream stream(StreamKind kind, String body) {
    return kind == BIDIRECTIONAL
        ? wire.raw.bidirectional("404100" + body)
        : wire.raw.unidirectional("405400" + body);
  }

  private PortProbe taken(StreamKind kind) {
    return new PortProbe(
        EngineNet.take(
                kind == BIDIRECTIONAL
                    ? session.incomingBidirectional()
                    : session.incomingUnidirectional())
            .port());
  }

  private void endsAlone(String how) {
    expect(how, wire.connect()::end);
    assertThrows(Throwable.class, () -> TestNet.get(session.closed()));
    wire.lives();
  }

  @AfterEach
  void disconnect() {
    Closing.all(wire);
  }

  @Conformance("H3-B-46")
  @ParameterizedTest
  @MethodSource("forbidden")
  void capsulesOfStreamsEndTheSessionWithOrWithoutFlowControl(
      long type, boolean on, Draft draft, Role role) {
    open(beginPooled(role, draft), on ? FlowWire.limits(1000, 4, 4) : "");
    wire.connect().write(RawHttp.capsule(type, "00" + RawHttp.number(1024)));
    endsAlone(FlowWire.MALFORMED);
  }

  @Conformance("H3-B-50")
  @ParameterizedTest
  @MethodSource("kinds")
  void oneStreamTooManyEndsTheSession(StreamKind kind, Draft draft, Role role) {
    open(draft, role);
    List<RawStream> streams = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      streams.add(stream(kind, "00"));
      taken(kind);
    }
    assertFalse(session.closed().isDone());
    TestNet.get(session.openStream(UNIDIRECTIONAL));
    RawStream ours = wire.raw.accept();
    assertEquals("405400", ours.bytes(3));
    stream(kind, "");
    expect(FlowWire.FLOW_ERROR, wire.connect()::end);
    assertEquals(FlowWire.GONE, ours.end());
    streams.forEach(RawStream::awaitStopped);
    wire.lives();
  }

  @Conformance("H3-B-51")
  @ParameterizedTest
  @MethodSource("draftsAndRoles")
  void oneByteTooMuchEndsTheSession(Draft draft, Role role) {
    open(draft, role);
    // Read, and not taken: so no credit comes back.
    stream(UNIDIRECTIONAL, FlowWire.bytes(500));
    taken(UNIDIRECTIONAL).port().request(10_000);
    stream(BIDIRECTIONAL, FlowWire.bytes(500));
    taken(BIDIRECTIONAL).port().request(10_000);
    net.awaitGauge(Gauges.FLOW_RECEIVE_CREDIT, 0);
    assertFalse(session.closed().isDone());
    stream(UNIDIRECTIONAL, FlowWire.bytes(1));
    taken(UNIDIRECTIONAL).port().request(10_000);
    endsAlone(FlowWire.FLOW_ERROR);
  }

  @Conformance("H3-B-52")
  @ParameterizedTest
  @MethodSource("limits")
  void lowerLimitEndsTheSession(long type, Draft draft, Role role) {
    open(draft, role);
    send(type, type == FlowWire.MAX_DATA ? 999 : 3);
    endsAlone(FlowWire.FLOW_ERROR);
  }

  @Conformance("H3-B-53")
  @ParameterizedTest
  @MethodSource("limitsOfDraft16")
  void limitOfTheSettingsOnceMoreEndsTheSessionWhenThatIsNotTolerated(long type, Role role) {
    open(beginStrict(role), FlowWire.limits(1000, 4, 4));
    send(type, type == FlowWire.MAX_DATA ? 1000 : 4);
    endsAlone(FlowWire.FLOW_ERROR);
  }

  @Conformance("H3-B-53")
  @ParameterizedTest
  @MethodSource("limitsOfDraft16")
  void sameCapsuleTwiceEndsTheSessionWhenThatIsNotTolerated(long type, Role role) {
    open(beginStrict(role), FlowWire.limits(1000, 4, 4));
    send(type, 2000);
    wire.echoes(session);
    send(type, 2000);
    endsAlone(FlowWire.FLOW_ERROR);
  }

  @Conformance("H3-B-55")
  @ParameterizedTest
  @MethodSource("numbersOfStreams")
  void moreStreamsThanThereCanBeEndTheSession(long type, Draft draft, Role role) {
    open(draft, role);
    send(type, TOO_MANY - 1);
    wire.echoes(session);
    assertFalse(session.closed().isDone());
    send(type, TOO_MANY);
    endsAlone(FlowWire.FLOW_ERROR);
  }
}
