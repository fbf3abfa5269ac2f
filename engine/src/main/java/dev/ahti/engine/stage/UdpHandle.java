package dev.ahti.engine.stage;

import dev.ahti.engine.socket.SocketEnds.Half;
import dev.ahti.engine.spi.UdpPort;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket as stages and the API have it, and the rules by which it closes (WICG Direct
 * Sockets, "handle closing the UDPSocket readable stream" and "... writable stream"). An error of
 * the socket ends both halves. Any thread.
 */
public final class UdpHandle {
  private final UdpPort port;
  private final Function<Throwable, Throwable> failures;
  private final SocketClosing closing;
  private final AtomicBoolean readTaken = new AtomicBoolean();
  private final AtomicBoolean writeTaken = new AtomicBoolean();

  /**
   * Of one socket.
   *
   * @param failures from the port's failures to those of the API; the same for the same
   */
  public UdpHandle(UdpPort port, Function<Throwable, Throwable> failures) {
    this.port = port;
    this.failures = failures;
    this.closing = new SocketClosing(port.closed(), port::close);
    var unused =
        port.closed()
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    Throwable told = failures.apply(failure);
                    readOver(told);
                    writeOver(told);
                  }
                });
  }

  /** The socket itself. */
  public UdpPort port() {
    return port;
  }

  /** What a failure of the port is to the API. */
  Throwable failure(Throwable ofThePort) {
    return failures.apply(ofThePort);
  }

  boolean takeRead() {
    return readTaken.compareAndSet(false, true);
  }

  boolean takeWrite() {
    return writeTaken.compareAndSet(false, true);
  }

  /** Nobody reads any more. */
  void readOver(@Nullable Throwable failure) {
    port.stopReading();
    closing.ended(Half.READABLE, failure);
  }

  /** Nobody writes any more. */
  void writeOver(@Nullable Throwable failure) {
    closing.ended(Half.WRITABLE, failure);
  }

  /** Settled once: when both halves have ended and the operating system has closed the socket. */
  public CompletableFuture<Done> closed() {
    return closing.closed();
  }

  /**
   * Cancels the readable half and aborts the writable one, unless somebody has one of them.
   *
   * @return whether nobody had
   */
  public boolean close() {
    boolean tookRead = takeRead();
    if (!tookRead && !closing.isOver(Half.READABLE)) {
      return false;
    }
    if (!takeWrite() && !closing.isOver(Half.WRITABLE)) {
      if (tookRead) {
        readTaken.set(false);
      }
      return false;
    }
    readOver(null);
    writeOver(null);
    return true;
  }
}
