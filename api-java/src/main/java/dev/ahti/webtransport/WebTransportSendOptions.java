package dev.ahti.webtransport;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where something that is sent stands among the rest of its session. Immutable: each {@code with…}
 * gives a changed copy.
 *
 * @see WebTransportSendStreamOptions
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransportsendoptions">W3C
 *     WebTransport, section 6.11</a>
 */
public final class WebTransportSendOptions {
  private static final WebTransportSendOptions DEFAULTS = new WebTransportSendOptions(null, 0);

  private final @Nullable WebTransportSendGroup sendGroup;
  private final long sendOrder;

  private WebTransportSendOptions(@Nullable WebTransportSendGroup sendGroup, long sendOrder) {
    this.sendGroup = sendGroup;
    this.sendOrder = sendOrder;
  }

  /** In no group, of order 0. */
  public static WebTransportSendOptions create() {
    return DEFAULTS;
  }

  /** The group; {@code null}, the default, for none. */
  public WebTransportSendOptions withSendGroup(@Nullable WebTransportSendGroup group) {
    return new WebTransportSendOptions(group, sendOrder);
  }

  /** The order inside the group: higher goes first. 0 unless set. */
  public WebTransportSendOptions withSendOrder(long order) {
    return new WebTransportSendOptions(sendGroup, order);
  }

  /** The group; empty for none. */
  public Optional<WebTransportSendGroup> sendGroup() {
    return Optional.ofNullable(sendGroup);
  }

  /** The order inside the group. */
  public long sendOrder() {
    return sendOrder;
  }
}
