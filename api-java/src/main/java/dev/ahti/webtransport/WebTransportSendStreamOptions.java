package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a stream is opened, and where it stands among the streams of its session. Immutable: each
 * {@code with…} gives a changed copy.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransportsendstreamoptions">W3C
 *     WebTransport, section 6.12</a>
 */
public final class WebTransportSendStreamOptions {
  private static final WebTransportSendStreamOptions DEFAULTS =
      new WebTransportSendStreamOptions(WebTransportSendOptions.create(), false, null);

  private final WebTransportSendOptions send;
  private final boolean waitUntilAvailable;
  private final @Nullable Duration startTimeout;

  private WebTransportSendStreamOptions(
      WebTransportSendOptions send, boolean waitUntilAvailable, @Nullable Duration startTimeout) {
    this.send = send;
    this.waitUntilAvailable = waitUntilAvailable;
    this.startTimeout = startTimeout;
  }

  /** In no group, of order 0, available at once or not at all, never expiring. */
  public static WebTransportSendStreamOptions create() {
    return DEFAULTS;
  }

  /** The group; {@code null}, the default, for none. */
  public WebTransportSendStreamOptions withSendGroup(@Nullable WebTransportSendGroup group) {
    return new WebTransportSendStreamOptions(
        send.withSendGroup(group), waitUntilAvailable, startTimeout);
  }

  /** The order inside the group: higher goes first. 0 unless set. */
  public WebTransportSendStreamOptions withSendOrder(long order) {
    return new WebTransportSendStreamOptions(
        send.withSendOrder(order), waitUntilAvailable, startTimeout);
  }

  /**
   * Whether to wait while the peer's limit allows no further stream. Off unless set: then that is a
   * {@link WebTransportQuotaExceededException}.
   */
  public WebTransportSendStreamOptions withWaitUntilAvailable(boolean wait) {
    return new WebTransportSendStreamOptions(send, wait, startTimeout);
  }

  /**
   * Beyond the W3C text: the stream expires when none of its bytes was handed to the transport in
   * this time, counted from the call that opens it. Until it is open, the call then fails;
   * afterwards the stream is reset with code 0 and its writes fail. Both with a {@link
   * WebTransportError} that says so and has no code. What was {@linkplain
   * WebTransportWriter#commit() committed} goes all the same, before the reset. For what is
   * worthless when it is late, behind streams that go first or a peer that gives no credit.
   *
   * @param timeout above zero
   */
  public WebTransportSendStreamOptions withStartTimeout(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: above zero)");
    }
    return new WebTransportSendStreamOptions(send, waitUntilAvailable, timeout);
  }

  /** The group; empty for none. */
  public Optional<WebTransportSendGroup> sendGroup() {
    return send.sendGroup();
  }

  /** The order inside the group. */
  public long sendOrder() {
    return send.sendOrder();
  }

  /** Whether to wait while the peer's limit allows no further stream. */
  public boolean waitUntilAvailable() {
    return waitUntilAvailable;
  }

  /** In which time the stream has to start; empty for any. */
  public Optional<Duration> startTimeout() {
    return Optional.ofNullable(startTimeout);
  }
}
