package dev.ahti.webtransport.handler;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportDatagramResult;
import dev.ahti.webtransport.WebTransportDatagramsReader;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportRangeException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The datagrams of a {@link SessionHost}, both ways. Used inside the host only. */
final class DatagramPump {
  /** Datagrams told in a row, before whatever else waits has its turn. */
  private static final int TURN = 64;

  private final SessionHost host;
  private final Level level;
  private @Nullable WebTransportDatagramsReader reader;
  private @Nullable WebTransportDatagramsWriter writer;

  /** How many an actor was told and has not dealt with. */
  private int unacknowledged;

  /** Whether a read is under way, or will be asked for. */
  private boolean reading;

  /** Before the next datagram. */
  private final Gate gate = new Gate();

  DatagramPump(SessionHost host) {
    this.host = host;
    this.level = host.gauges().level(Gauges.HANDLERS_DATAGRAMS_UNACKNOWLEDGED);
  }

  Gate gate() {
    return gate;
  }

  void begin() {
    reader = host.session().datagrams().getReader();
    pull();
  }

  /** Tells what is there, and waits for more. */
  private void pull() {
    WebTransportDatagramsReader from = reader;
    if (from == null) {
      return;
    }
    reading = true;
    for (int told = 0; told < TURN && host.isRunning(); told++) {
      if (!gate.isOpen()) {
        gate.park(this::pull);
        return;
      }
      if (host.acknowledges()
          && unacknowledged >= host.settings().handler().unacknowledgedDatagrams()) {
        reading = false;
        return;
      }
      CompletableFuture<Optional<ByteString>> next = from.read().toCompletableFuture();
      if (!next.isDone()) {
        next.whenComplete((datagram, failure) -> host.later(() -> onRead(datagram, failure)));
        return;
      }
      if (next.isCompletedExceptionally() || next.join().isEmpty()) {
        return;
      }
      tell(next.join().get());
    }
    host.later(this::pull);
  }

  /** The session's end is told elsewhere. */
  private void onRead(Optional<ByteString> datagram, @Nullable Throwable failure) {
    if (failure == null && datagram.isPresent()) {
      tell(datagram.get());
      pull();
    }
  }

  private void tell(ByteString datagram) {
    if (host.acknowledges()) {
      unacknowledged++;
      level.increment();
    }
    host.deliver(new SessionEvent.Datagram(host.ref(), datagram));
  }

  /** An actor has dealt with one. */
  void acknowledged() {
    if (unacknowledged > 0) {
      unacknowledged--;
      level.decrement();
      if (!reading) {
        pull();
      }
    }
  }

  /**
   * Sends a datagram.
   *
   * @param tells whether the program is told that it is too long
   */
  void send(SessionCommand.SendDatagram command, boolean tells) {
    WebTransportDatagramDuplexStream datagrams = host.session().datagrams();
    WebTransportDatagramsWriter to = writer;
    if (to == null) {
      to = datagrams.createWritable().getWriter();
      writer = to;
    }
    to.send(command.bytes())
        .whenCompleteAsync(
            (result, failure) -> {
              if (result == WebTransportDatagramResult.TOO_LARGE) {
                host.later(() -> host.failed(command, tooLarge(datagrams, command), tells));
              }
            },
            Runnable::run);
  }

  private static WebTransportRangeException tooLarge(
      WebTransportDatagramDuplexStream datagrams, SessionCommand.SendDatagram command) {
    return new WebTransportRangeException(
        "datagram: "
            + command.bytes().length()
            + " bytes (expected: at most "
            + datagrams.maxDatagramSize()
            + ")");
  }

  /** The session is over. */
  void letGo() {
    gate.clear();
    level.add(-unacknowledged);
    unacknowledged = 0;
  }
}
