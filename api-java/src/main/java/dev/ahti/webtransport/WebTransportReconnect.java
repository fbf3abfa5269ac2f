package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.impl.Backoff;
import dev.ahti.webtransport.impl.ReconnectStage;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.stream.javadsl.Source;

/**
 * One session after the other with the same server, for a client that wants to stay connected. A
 * session that is lost is followed by a new one; nothing of it is carried over, so what was on its
 * way is the application's to send again. Immutable: each {@code with…} gives a changed copy.
 *
 * <pre>{@code
 * WebTransportReconnect.to(system, "https://example.org/feed", options)
 *     .withBackoff(Duration.ofSeconds(1), Duration.ofMinutes(1))
 *     .sessions()
 *     .runForeach(session -> ..., system);
 * }</pre>
 *
 * <p>The first session is asked for at once. After a failure, of a session or of an attempt to have
 * one, there is a wait, twice as long for each attempt that has failed in a row, up to a limit, and
 * longer by a random part: many clients of one server that went away must not come back at the same
 * moment.
 */
public final class WebTransportReconnect {
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int TOO_MANY_REQUESTS = 429;

  private final ClassicActorSystemProvider system;
  private final String url;
  private final WebTransportOptions options;
  private final Backoff backoff;
  private final Predicate<Throwable> worthIt;

  private WebTransportReconnect(
      ClassicActorSystemProvider system,
      String url,
      WebTransportOptions options,
      Backoff backoff,
      Predicate<Throwable> worthIt) {
    this.system = system;
    this.url = url;
    this.options = options;
    this.backoff = backoff;
    this.worthIt = worthIt;
  }

  /**
   * Waits 1 second first and 30 at most, up to a fifth longer, for ten attempts in a row, after
   * failures that {@link #isPassing} takes for passing.
   *
   * @param system as for {@link WebTransport#connect(ClassicActorSystemProvider, String,
   *     WebTransportOptions)}, and so are the others
   */
  public static WebTransportReconnect to(
      ClassicActorSystemProvider system, String url, WebTransportOptions options) {
    return new WebTransportReconnect(
        requireNonNull(system, "system"),
        requireNonNull(url, "url"),
        requireNonNull(options, "options"),
        new Backoff(
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            0.2,
            10,
            () -> ThreadLocalRandom.current().nextDouble()),
        WebTransportReconnect::isPassing);
  }

  /**
   * How long to wait.
   *
   * @param first after one failure, above zero
   * @param most that it grows to, at least the first and at most 100 days
   */
  public WebTransportReconnect withBackoff(Duration first, Duration most) {
    return with(
        new Backoff(first, most, backoff.jitter(), backoff.attempts(), backoff.random()), worthIt);
  }

  /**
   * By which part a wait may be longer, at random.
   *
   * @param part 0 to 1; with 0.2, 10 seconds become 10 to 12
   */
  public WebTransportReconnect withJitter(double part) {
    return with(
        new Backoff(backoff.first(), backoff.most(), part, backoff.attempts(), backoff.random()),
        worthIt);
  }

  /**
   * How many attempts may fail in a row; a session that was established begins the count anew.
   *
   * @param attempts at least 1; {@link Integer#MAX_VALUE} for no limit to speak of
   */
  public WebTransportReconnect withAttempts(int attempts) {
    return with(
        new Backoff(backoff.first(), backoff.most(), backoff.jitter(), attempts, backoff.random()),
        worthIt);
  }

  /** After which failures another attempt is worth it; others fail the source at once. */
  public WebTransportReconnect withRetryOn(Predicate<Throwable> failures) {
    return with(backoff, requireNonNull(failures, "failures"));
  }

  /**
   * Whether a failure may be over the next time: every one of a connection, and of a server's
   * answers 429 and 5xx. Another answer, such as 404, is an answer to the request as it is; a URL
   * or an option that is refused will be refused again.
   */
  public static boolean isPassing(Throwable failure) {
    if (!(failure instanceof WebTransportError error)) {
      return false;
    }
    OptionalInt status = error.httpStatus();
    return status.isEmpty()
        || status.getAsInt() == TOO_MANY_REQUESTS
        || status.getAsInt() >= FIRST_SERVER_ERROR;
  }

  /**
   * The sessions, each of which is established when it comes. Each materialization has its own.
   *
   * <p><b>Completion.</b> When a session is closed in order, by either side. <b>Failure.</b> With
   * the last failure, when it is not worth another attempt or too many have failed in a row.
   * <b>Cancellation</b> closes the session that there is, and gives up the one that is asked for.
   *
   * <p>A session is held until it ends or the source does, whoever else holds it. One that ends
   * before there is demand for it is never seen.
   */
  public Source<WebTransport, NotUsed> sessions() {
    return Source.fromGraph(
        new ReconnectStage(() -> WebTransport.connect(system, url, options), backoff, worthIt));
  }

  private WebTransportReconnect with(Backoff changed, Predicate<Throwable> failures) {
    return new WebTransportReconnect(system, url, options, changed, failures);
  }
}
