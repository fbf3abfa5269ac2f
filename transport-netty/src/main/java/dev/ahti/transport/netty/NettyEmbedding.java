package dev.ahti.transport.netty;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.EmbedOptions;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.transport.netty.http.Candidates;
import dev.ahti.transport.netty.http2.EmbeddedHttp2;
import dev.ahti.transport.netty.http2.Http2Factory;
import dev.ahti.transport.netty.http2.Http2Gate;
import dev.ahti.transport.netty.http3.ConnectionFactory;
import dev.ahti.transport.netty.http3.EmbeddedHandler;
import dev.ahti.transport.netty.http3.RequestGate;
import dev.ahti.transport.netty.loop.HostSocket;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.quic.QuicSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.util.AttributeKey;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;

/**
 * WebTransport inside a server that the application has made with Netty's own bootstrap. Requests,
 * their answers, TLS and the sockets stay that server's; what it makes a session of goes to the
 * routes of the WebTransport server of this name, which was started with {@code embed()}.
 *
 * <pre>{@code
 * NettyEmbedding embedding = NettyEmbedding.of(system, "chat");
 *
 * // HTTP/3: the transport parameters, the handlers of a connection with their SETTINGS
 * embedding.quic(Http3.newQuicServerCodecBuilder()) ...
 * channel.pipeline().addLast(
 *     embedding.http3(settings ->
 *         new Http3ServerConnectionHandler(requests, null, null, settings, true)));
 *
 * // HTTP/2: the same, where the frame codec and the multiplexer would be
 * channel.pipeline().addLast(
 *     embedding.http2(Http2FrameCodecBuilder.forServer(), requests));
 *
 * // In the handler of a request
 * embedding.upgrade(ctx, headers);
 * }</pre>
 *
 * <p>A request for a session, that is, a CONNECT with {@code :protocol webtransport} or {@code
 * webtransport-h3}, is given to the server's handler as any other. What the client sends behind it
 * waits until that handler upgrades it, whenever that is, or answers by itself.
 *
 * <p>{@link #upgrade} and handlers are for a connection's event loop, all else is for any thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9220">RFC 9220</a>
 */
public final class NettyEmbedding {
  private static final AttributeKey<NettyEmbedding> PREPARED =
      AttributeKey.valueOf(NettyEmbedding.class, "prepared");

  private final EmbedOptions options;
  private final NettyLoops loops;
  private final QuicSockets sockets;
  private final ConnectionFactory http3;
  private final Http2Factory http2;
  private final EmbeddedListener listener;

  NettyEmbedding(
      EmbedOptions options,
      NettyLoops loops,
      QuicSockets sockets,
      ConnectionFactory http3,
      Http2Factory http2,
      Consumer<TransportConnection> onConnection,
      Consumer<NettyEmbedding> onClosed) {
    this.options = options;
    this.loops = loops;
    this.sockets = sockets;
    this.http3 = http3;
    this.http2 = http2;
    this.listener = new EmbeddedListener(options.name(), onConnection, () -> onClosed.accept(this));
  }

  /**
   * That of the server of this name.
   *
   * @throws IllegalArgumentException when there is none of this name that was started with {@code
   *     embed()} and has not stopped
   */
  public static NettyEmbedding of(ClassicActorSystemProvider system, String name) {
    return NettyEmbeddings.get(Adapter.toTyped(requireNonNull(system, "system").classicSystem()))
        .named(name);
  }

  /** The name of the server. */
  public String name() {
    return options.name();
  }

  TransportListener listener() {
    return listener;
  }

  /**
   * Sets the transport parameters that sessions need: windows, limits of streams and datagrams, as
   * configured in {@code ahti.netty}. What is set on the builder afterwards counts instead.
   *
   * @return the builder
   */
  public QuicServerCodecBuilder quic(QuicServerCodecBuilder codec) {
    settings(HttpVersion.HTTP_3);
    return sockets.forSessions(codec, StreamCounts.UNKNOWN).attr(PREPARED, this);
  }

  /**
   * The handlers of one connection of HTTP/3, to be added to the pipeline of its {@link
   * QuicChannel}.
   *
   * @param server makes the server's own handler, with these SETTINGS: those that announce
   *     WebTransport, to which the server may add its own
   */
  public ChannelHandler http3(Function<Http3SettingsFrame, Http3ServerConnectionHandler> server) {
    Map<Long, Long> announced = settings(HttpVersion.HTTP_3);
    return new EmbeddedHandler(
        http3,
        this::loop,
        channel -> serverOf(channel, server, announced),
        this::offer,
        listener::settled);
  }

  private Http3ServerConnectionHandler serverOf(
      QuicChannel channel,
      Function<Http3SettingsFrame, Http3ServerConnectionHandler> server,
      Map<Long, Long> announced) {
    if (channel.attr(PREPARED).get() != this) {
      throw new IllegalStateException(
          "the codec of this connection has not the transport parameters of sessions (expected: its"
              + " builder given to NettyEmbedding.quic of '"
              + name()
              + "')");
    }
    AnnouncedSettings settings = new AnnouncedSettings(announced);
    Http3ServerConnectionHandler handler = server.apply(settings);
    if (!settings.used()) {
      throw new IllegalStateException(
          "the SETTINGS that announce WebTransport are not sent (expected: those that the function"
              + " of NettyEmbedding.http3 is given handed to the handler that it makes)");
    }
    return handler;
  }

  private NettyLoop loop(QuicChannel channel) {
    NettyLoop loop = loops.adopted().of(channel.eventLoop());
    HostSocket.watch(requireNonNull(channel.parent(), "a connection without a socket"), loop);
    return loop;
  }

  /**
   * The handlers of one connection of HTTP/2, to be added to its pipeline behind those of TLS, in
   * place of a {@link Http2FrameCodec} and a {@code Http2MultiplexHandler}.
   *
   * @param codec of the server; its SETTINGS are joined by those that announce WebTransport, and by
   *     a window of streams as configured, unless it has a larger one
   * @param requests the server's handler of its streams, as {@code Http2MultiplexHandler} takes it:
   *     sharable, or an initializer
   */
  public ChannelHandler http2(Http2FrameCodecBuilder codec, ChannelHandler requests) {
    Map<Long, Long> announced = settings(HttpVersion.HTTP_2);
    return new EmbeddedHttp2(
        http2,
        loops.adopted(),
        announced,
        () -> codecOf(codec, announced),
        requireNonNull(requests, "requests"),
        this::offer,
        listener::settled);
  }

  private Http2FrameCodec codecOf(Http2FrameCodecBuilder builder, Map<Long, Long> announced) {
    Http2Settings settings = new Http2Settings().copyFrom(builder.initialSettings());
    Integer window = settings.initialWindowSize();
    settings.initialWindowSize(
        Math.max(window == null ? 0 : window, http2.limits().streamWindow()));
    announced.forEach((id, value) -> settings.put((char) id.intValue(), value));
    return builder.initialSettings(settings).build();
  }

  /**
   * Makes a session of a request over HTTP/3, which the server's handler then hears no more of than
   * that its channel has become inactive. The server of this name answers it: by its routes,
   * origins and limits it accepts or refuses.
   *
   * @param ctx of the handler that got the request
   * @param headers the request; what the handler has changed counts
   * @throws IllegalArgumentException when it does not ask for a session
   * @throws IllegalStateException when it was upgraded before, its stream is closed, it did not
   *     come through {@link #http3}, or the caller is not on its event loop
   */
  public void upgrade(ChannelHandlerContext ctx, Http3HeadersFrame headers) {
    Candidates.require(headers.headers().method(), headers.headers().get(":protocol"));
    gate(ctx, RequestGate.class).upgrade(headers.headers());
  }

  /**
   * Makes a session of a request over HTTP/2; as {@link #upgrade(ChannelHandlerContext,
   * Http3HeadersFrame)}.
   */
  public void upgrade(ChannelHandlerContext ctx, Http2HeadersFrame headers) {
    Candidates.require(headers.headers().method(), headers.headers().get(":protocol"));
    gate(ctx, Http2Gate.class).upgrade(headers.headers());
  }

  private static <T extends ChannelHandler> T gate(ChannelHandlerContext ctx, Class<T> type) {
    Channel channel = ctx.channel();
    if (!channel.eventLoop().inEventLoop()) {
      throw new IllegalStateException(
          "upgrade was called by "
              + Thread.currentThread()
              + " (expected: the event loop of "
              + channel
              + ")");
    }
    T gate = channel.pipeline().get(type);
    if (gate == null) {
      throw new IllegalStateException(
          "the request cannot be upgraded: it was before, or its connection has no handler of"
              + " NettyEmbedding (expected: http3(...) or http2(...) in its pipeline)");
    }
    return gate;
  }

  private void offer(TransportConnection connection) {
    listener.offer(connection);
  }

  private Map<Long, Long> settings(HttpVersion version) {
    @Nullable Map<Long, Long> settings = options.settings().get(version);
    if (settings == null) {
      throw new IllegalStateException(
          "the server '"
              + name()
              + "' does not serve "
              + version
              + " (expected: it among its withHttpVersions)");
    }
    return settings;
  }
}
