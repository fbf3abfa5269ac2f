package dev.ahti.webtransport.handler;

import com.typesafe.config.Config;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A session as a class: a callback for each thing that happens, which gets the state and gives the
 * {@linkplain Next next one and what is to be done}. One handler serves any number of sessions:
 * what differs between them is in the state, so a handler has no fields that change.
 *
 * <p><b>Threads.</b> The callbacks of a session run one after the other, on the connection's event
 * loop, where code must not block; with {@link SessionProgram#withDispatcher} on another
 * dispatcher, which allows it.
 *
 * <p><b>Demand.</b> Of each stream one chunk is read; the next one once its callback has returned
 * and what it sent was taken by the streams that it sent it on. So a slow handler slows the peer,
 * and so does a reader of what it sends.
 *
 * <p><b>Failure.</b> What a callback throws ends its session with the code {@code
 * ahti.session.handler-failure-code}, and nothing else: it is logged, and {@link #terminate} gets
 * it. A callback that ends the session by its effects is the last one but for {@code terminate}.
 *
 * @param <S> the state, immutable: each callback gives a new one; {@code Void} for a handler that
 *     keeps nothing, which answers with {@link Next#stateless}
 * @see SessionProgram#of(WebTransportHandler)
 */
public interface WebTransportHandler<S extends @Nullable Object> {

  /**
   * The session is established. Before it anything that the peer sends waits.
   *
   * @param session the request that began it, and a reference to it
   * @param options what the program was {@linkplain SessionProgram#of(WebTransportHandler, Config)
   *     given}; objects are better given to the handler's constructor
   * @throws Exception ends the session; {@link #terminate} is not called, as there is no state
   */
  Next<S> init(HandledSession session, Config options) throws Exception;

  /**
   * A stream that {@link SessionCommand.OpenStream} asked for is there.
   *
   * @param tag that of the command
   */
  default Next<S> onStreamOpened(S state, SessionStream stream, Object tag) throws Exception {
    return Next.of(state);
  }

  /**
   * Bytes came on a stream. The first ones of a stream that the peer opened are how it is known.
   *
   * @param data at least one byte, in chunks of whatever size they came
   */
  default Next<S> onStreamData(S state, SessionStream stream, ByteString data) throws Exception {
    return Next.of(state);
  }

  /**
   * The last bytes of a stream came. Unless implemented they are data like others, and an end that
   * came alone is not told.
   *
   * @param data empty when the end came alone
   */
  default Next<S> onStreamFin(S state, SessionStream stream, ByteString data) throws Exception {
    return data.isEmpty() ? Next.of(state) : onStreamData(state, stream, data);
  }

  /**
   * A datagram came.
   *
   * @param data may be empty
   */
  default Next<S> onDatagram(S state, ByteString data) throws Exception {
    return Next.of(state);
  }

  /**
   * Nothing waits any more on a stream for which a command to send was refused, as more would have
   * waited than may.
   */
  default Next<S> onStreamWritable(S state, SessionStream stream) throws Exception {
    return Next.of(state);
  }

  /**
   * A stream is over; called once for each, and not for those that end with their session. That is
   * when every half of it is, in order or by a command of this side; and at once when the peer
   * resets it or asks to stop sending. Then this side's half, if there is one that is open, is
   * ended with the same code. A program that needs the other half all the same is one for Sources
   * and Sinks.
   */
  default Next<S> onStreamClosed(S state, SessionStream stream, StreamEnd end) throws Exception {
    return Next.of(state);
  }

  /** A message of the application came, told to the session's reference. */
  default Next<S> onInfo(S state, Object message) throws Exception {
    return Next.of(state);
  }

  /** The peer asks to come to an end; the session goes on. */
  default Next<S> onDraining(S state) throws Exception {
    return Next.of(state);
  }

  /**
   * An effect, or a command from elsewhere, could not be done; it changed nothing. Unless
   * implemented that is logged, and the session goes on. What fails of the effects that come of
   * this callback is logged only.
   */
  default Next<S> onActionFailed(S state, SessionCommand command, Throwable reason)
      throws Exception {
    LoggerFactory.getLogger(WebTransportHandler.class)
        .warn("{} failed: {}", command, reason.toString());
    return Next.of(state);
  }

  /**
   * The session has ended, in whatever way: the last callback.
   *
   * @param state the last that was given
   * @throws Exception is logged; the peer of a session that this side stops sees the code of a
   *     failure then
   */
  default void terminate(S state, SessionEnd end) throws Exception {}
}
