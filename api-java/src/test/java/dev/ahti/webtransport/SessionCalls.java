package dev.ahti.webtransport;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * Every member of a session and of its datagrams but {@code close}, with what comes of it in each
 * state; in an order in which none is in the way of the next.
 */
final class SessionCalls {
  private static final ByteString LABEL = ByteString.fromString("label");
  private static final Duration AGE = Duration.ofSeconds(7);

  /** How a call comes out. */
  enum Outcome {
    WORKS,
    WAITS,
    INVALID,
    ERROR
  }

  /** How a session gets where it is. */
  enum Way {
    CONNECTING(WebTransportState.CONNECTING),
    CONNECTED(WebTransportState.CONNECTED),
    DRAINING(WebTransportState.DRAINING),
    CLOSED_HERE(WebTransportState.CLOSED),
    CLOSED_BY_PEER(WebTransportState.CLOSED),
    CLOSED_AFTER_DRAINING(WebTransportState.CLOSED),
    NEVER_ESTABLISHED(WebTransportState.FAILED),
    GIVEN_UP(WebTransportState.FAILED),
    OWNER_STOPPED(WebTransportState.FAILED),
    OWNER_STOPPED_AFTER_DRAINING(WebTransportState.FAILED);

    final WebTransportState state;

    Way(WebTransportState state) {
      this.state = state;
    }

    /** Whether the session was ever there. */
    boolean isKnown() {
      return this != CONNECTING && this != NEVER_ESTABLISHED && this != GIVEN_UP;
    }

    /** Whether its peer asked it to wind up. */
    boolean drained() {
      return this == DRAINING
          || this == CLOSED_AFTER_DRAINING
          || this == OWNER_STOPPED_AFTER_DRAINING;
    }

    boolean isOver() {
      return state == WebTransportState.CLOSED || state == WebTransportState.FAILED;
    }
  }

  /**
   * One of them.
   *
   * @param member name and types of parameters
   * @param call gives a value, a stage or a source, or throws
   * @param expected an {@link Outcome}, or the value itself
   */
  record Row(String member, Function<WebTransport, Object> call, Function<Way, Object> expected) {}

  private final List<Row> rows = new ArrayList<>();

  static List<Row> all(ActorRef<?> owner) {
    SessionCalls calls = new SessionCalls();
    calls.attributes();
    calls.promises();
    calls.calls(owner);
    calls.datagrams();
    return calls.rows;
  }

  /** What there is to call, without {@code close}. */
  static List<String> members() {
    return Stream.of(WebTransport.class, WebTransportDatagramDuplexStream.class)
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(SessionCalls::isMember)
        .map(SessionCalls::name)
        .sorted()
        .toList();
  }

  private static boolean isMember(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && !Modifier.isStatic(method.getModifiers())
        && !method.isSynthetic()
        && !method.getName().equals("close");
  }

  private static String name(Method method) {
    String types =
        Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
    boolean session = method.getDeclaringClass() == WebTransport.class;
    return (session ? "" : "datagrams.") + method.getName() + types;
  }

  private void attributes() {
    row("state()", WebTransport::state, way -> way.state);
    row("protocol()", WebTransport::protocol, way -> "");
    row("responseHeaders()", one -> one.responseHeaders().isPresent(), Way::isKnown);
    row(
        "reliability()",
        WebTransport::reliability,
        way -> way.isKnown() ? Bindings.reliability() : WebTransportReliabilityMode.PENDING);
    // A wish that QUIC can fulfil, so it is never the default.
    row(
        "congestionControl()",
        WebTransport::congestionControl,
        way ->
            way.isKnown()
                ? Bindings.congestionControl(WebTransportCongestionControl.LOW_LATENCY)
                : WebTransportCongestionControl.LOW_LATENCY);
    set(
        "setAnticipatedConcurrentIncomingBidirectionalStreams(Integer)",
        one -> one.setAnticipatedConcurrentIncomingBidirectionalStreams(200));
    row(
        "anticipatedConcurrentIncomingBidirectionalStreams()",
        WebTransport::anticipatedConcurrentIncomingBidirectionalStreams,
        way -> OptionalInt.of(200));
    set(
        "setAnticipatedConcurrentIncomingUnidirectionalStreams(Integer)",
        one -> one.setAnticipatedConcurrentIncomingUnidirectionalStreams(null));
    row(
        "anticipatedConcurrentIncomingUnidirectionalStreams()",
        WebTransport::anticipatedConcurrentIncomingUnidirectionalStreams,
        way -> OptionalInt.empty());
    row("info()", WebTransport::info, SessionCalls::ifKnown);
    row("materializer()", WebTransport::materializer, SessionCalls::ifKnown);
    row("datagrams()", one -> one.datagrams() == one.datagrams(), way -> true);
  }

  private void promises() {
    row(
        "ready()",
        WebTransport::ready,
        way ->
            way == Way.CONNECTING ? Outcome.WAITS : way.isKnown() ? Outcome.WORKS : Outcome.ERROR);
    row("closed()", WebTransport::closed, SessionCalls::incoming);
    row("draining()", WebTransport::draining, way -> way.drained() ? Outcome.WORKS : Outcome.WAITS);
  }

  private void calls(ActorRef<?> owner) {
    WebTransportSendStreamOptions options =
        WebTransportSendStreamOptions.create().withSendOrder(1).withWaitUntilAvailable(true);
    row(
        "createBidirectionalStream()",
        WebTransport::createBidirectionalStream,
        SessionCalls::asked);
    row(
        "createBidirectionalStream(WebTransportSendStreamOptions)",
        one -> one.createBidirectionalStream(options),
        SessionCalls::asked);
    row(
        "createUnidirectionalStream()",
        WebTransport::createUnidirectionalStream,
        SessionCalls::asked);
    row(
        "createUnidirectionalStream(WebTransportSendStreamOptions)",
        one -> one.createUnidirectionalStream(options),
        SessionCalls::asked);
    row("createSendGroup()", WebTransport::createSendGroup, SessionCalls::unlessOver);
    row(
        "exportKeyingMaterial(ByteString, ByteString, int)",
        one -> one.exportKeyingMaterial(LABEL, ByteString.emptyByteString(), 32),
        SessionCalls::asked);
    row("getStats()", WebTransport::getStats, SessionCalls::statistics);
    row("statsEvery(Duration)", one -> one.statsEvery(Duration.ofHours(1)), SessionCalls::incoming);
    row(
        "incomingBidirectionalStreamsReader()",
        one -> reading(one, one.incomingBidirectionalStreamsReader()),
        SessionCalls::incoming);
    row(
        "incomingUnidirectionalStreamsReader()",
        one -> reading(one, one.incomingUnidirectionalStreamsReader()),
        SessionCalls::incoming);
    row(
        "incomingBidirectionalStreams()",
        WebTransport::incomingBidirectionalStreams,
        SessionCalls::incoming);
    row(
        "incomingUnidirectionalStreams()",
        WebTransport::incomingUnidirectionalStreams,
        SessionCalls::incoming);
    set("drain()", WebTransport::drain);
    set("ownedBy(ActorRef)", one -> one.ownedBy(owner));
  }

  private void datagrams() {
    // Before there is a source that reads.
    value("readableLocked()", WebTransportDatagramDuplexStream::readableLocked, false);
    row("datagrams.getReader()", SessionCalls::reading, SessionCalls::incoming);
    datagram("readable()", WebTransportDatagramDuplexStream::readable, SessionCalls::incoming);
    row("datagrams.cancelReadable()", SessionCalls::cancelling, SessionCalls::cancelled);
    datagram(
        "createWritable()",
        WebTransportDatagramDuplexStream::createWritable,
        SessionCalls::unlessOver);
    datagram(
        "createWritable(WebTransportSendOptions)",
        each -> each.createWritable(WebTransportSendOptions.create().withSendOrder(1)),
        SessionCalls::unlessOver);
    datagram("maxDatagramSize()", each -> each.maxDatagramSize() > 1000, way -> true);
    datagram("getStats()", WebTransportDatagramDuplexStream::getStats, SessionCalls::asked);
    setDatagram("setIncomingMaxAge(Duration)", each -> each.setIncomingMaxAge(AGE));
    value("incomingMaxAge()", WebTransportDatagramDuplexStream::incomingMaxAge, Optional.of(AGE));
    setDatagram("setOutgoingMaxAge(Duration)", each -> each.setOutgoingMaxAge(AGE));
    value("outgoingMaxAge()", WebTransportDatagramDuplexStream::outgoingMaxAge, Optional.of(AGE));
    setDatagram(
        "setIncomingMaxBufferedDatagrams(int)", each -> each.setIncomingMaxBufferedDatagrams(7));
    value(
        "incomingMaxBufferedDatagrams()",
        WebTransportDatagramDuplexStream::incomingMaxBufferedDatagrams,
        7);
    setDatagram("setIncomingHighWaterMark(double)", each -> each.setIncomingHighWaterMark(8));
    value("incomingHighWaterMark()", WebTransportDatagramDuplexStream::incomingHighWaterMark, 8.0);
    setDatagram(
        "setOutgoingMaxBufferedDatagrams(int)", each -> each.setOutgoingMaxBufferedDatagrams(9));
    value(
        "outgoingMaxBufferedDatagrams()",
        WebTransportDatagramDuplexStream::outgoingMaxBufferedDatagrams,
        9);
    setDatagram("setOutgoingHighWaterMark(double)", each -> each.setOutgoingHighWaterMark(10));
    value("outgoingHighWaterMark()", WebTransportDatagramDuplexStream::outgoingHighWaterMark, 10.0);
    setDatagram(
        "setIncomingPolicy(WebTransportDatagramPolicy)",
        each -> each.setIncomingPolicy(WebTransportDatagramPolicy.dropNewest()));
    value("incomingPolicy()", each -> each.incomingPolicy().dropsNewest(), true);
  }

  /** A read that waits does not keep the lock from who comes next. */
  private static Object reading(WebTransport session) {
    WebTransportDatagramsReader reader = session.datagrams().getReader();
    return reading(session, reader.read(), reader::releaseLock);
  }

  private static Object reading(WebTransport session, WebTransportStreamsReader<?> reader) {
    return reading(session, reader.read(), reader::releaseLock);
  }

  private static Object reading(
      WebTransport session, CompletionStage<?> read, Runnable releaseLock) {
    if (session.state() == WebTransportState.CLOSED
        || session.state() == WebTransportState.FAILED) {
      return read.whenComplete((datagram, failure) -> releaseLock.run());
    }
    Outcome seen = read.toCompletableFuture().isDone() ? Outcome.WORKS : Outcome.WAITS;
    releaseLock.run();
    return seen;
  }

  /** What the row before reads with is in the way where the session is there. */
  private static Object cancelling(WebTransport session) {
    return session
        .datagrams()
        .cancelReadable()
        .handle(
            (done, failure) -> {
              Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
              if (why == null || why instanceof WebTransportTypeException) {
                return why == null;
              }
              throw new CompletionException(why);
            });
  }

  private static Object cancelled(Way way) {
    return way == Way.CONNECTING
        ? Outcome.WAITS
        : way.state == WebTransportState.FAILED ? Outcome.ERROR : Outcome.WORKS;
  }

  private static Object ifKnown(Way way) {
    return way.isKnown() ? Outcome.WORKS : Outcome.INVALID;
  }

  private static Object unlessOver(Way way) {
    return way.isOver() ? Outcome.INVALID : Outcome.WORKS;
  }

  private static Object asked(Way way) {
    return way == Way.CONNECTING ? Outcome.WAITS : unlessOver(way);
  }

  private static Object statistics(Way way) {
    return way.state == WebTransportState.CLOSED ? Outcome.WORKS : asked(way);
  }

  private static Object incoming(Way way) {
    return switch (way.state) {
      case CONNECTING, CONNECTED, DRAINING -> Outcome.WAITS;
      case CLOSED -> Outcome.WORKS;
      case FAILED -> Outcome.ERROR;
    };
  }

  private void row(
      String member, Function<WebTransport, Object> call, Function<Way, Object> expected) {
    rows.add(new Row(member, call, expected));
  }

  private void set(String member, Consumer<WebTransport> call) {
    row(
        member,
        one -> {
          call.accept(one);
          return Outcome.WORKS;
        },
        way -> Outcome.WORKS);
  }

  private void datagram(
      String member,
      Function<WebTransportDatagramDuplexStream, Object> call,
      Function<Way, Object> expected) {
    row("datagrams." + member, one -> call.apply(one.datagrams()), expected);
  }

  private void setDatagram(String member, Consumer<WebTransportDatagramDuplexStream> call) {
    set("datagrams." + member, one -> call.accept(one.datagrams()));
  }

  private void value(
      String member, Function<WebTransportDatagramDuplexStream, Object> call, Object expected) {
    datagram(member, call, way -> expected);
  }
}
