package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.eventually;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.transport.netty.NettyEmbedding;
import dev.ahti.transport.netty.http3.EmbeddedHandler;
import dev.ahti.webtransport.server.ServedSession;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.webtransport.server.WebTransportServers;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.DefaultHttp3SettingsFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.LeakPresenceDetector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** WebTransport inside somebody else's Netty server. */
@DisplayName("embedded: sessions beside the host's own requests, and nothing of ours in its way")
@OverBothBindings
class EmbeddedIT {
  private static final Duration PATIENCE = Loopback.PATIENCE;
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int BYTES = 1 << 20;

  private static final SessionHandler ECHO =
      session -> {
        session
            .incomingBidirectionalStreams()
            .runForeach(
                stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
                session.materializer());
        session
            .datagrams()
            .readable()
            .runWith(session.datagrams().createWritable().sink(), session.materializer());
      };

  private ActorSystem<Void> system;
  private WebTransportServerBinding binding;
  private NettyEmbedding embedding;

  @BeforeEach
  void start() throws Exception {
    system = ActorSystem.create(Behaviors.empty(), "embedded", ConfigFactory.load());
    start("chat");
  }

  private void start(String name) throws Exception {
    binding =
        await(
            WebTransportServer.create(system)
                .withName(name)
                .withHttpVersions(Bindings.current())
                .withRoute("/echo", ECHO)
                .embed());
    embedding = NettyEmbedding.of(system, name);
  }

  /** Nothing is left: no gauge above zero, no actor, no buffer. */
  @AfterEach
  void end() {
    Ahti ahti = Ahti.get(system);
    Closing.all(
        () -> await(binding.stop()),
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        LeakPresenceDetector::check);
  }

  private void upgrade(ChannelHandlerContext ctx, Object frame) {
    if (frame instanceof Http3HeadersFrame headers) {
      embedding.upgrade(ctx, headers);
    } else {
      embedding.upgrade(ctx, (Http2HeadersFrame) frame);
    }
  }

  private NettyHost host() throws Exception {
    return NettyHost.start(embedding, this::upgrade);
  }

  private long gauge(String name) {
    return Ahti.get(system).gauges().snapshot().getOrDefault(name, 0L);
  }

  private WebTransport dial(NettyHost host, String path) {
    return WebTransport.connect(system, host.url(path), host.trusting());
  }

  private WebTransport connect(NettyHost host, String path) throws Exception {
    WebTransport session = dial(host, path);
    await(session.ready());
    return session;
  }

  private static CompletionStage<ByteString> echo(WebTransport session, ByteString bytes)
      throws Exception {
    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    return Source.single(bytes)
        .via(stream.flow())
        .runWith(
            Sink.fold(ByteString.emptyByteString(), ByteString::concat), session.materializer());
  }

  private static ByteString bytes(int length) {
    byte[] bytes = new byte[length];
    IntStream.range(0, length).forEach(i -> bytes[i] = (byte) (i * 31));
    return ByteString.fromArray(bytes);
  }

  /** What the host answers on a connection of its own. */
  private static String fetch(NettyHost host, String method, String body) throws Exception {
    if (Bindings.current() == WebTransportHttpVersion.HTTP_2) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(host.url("/page")))
              .method(
                  method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
              .build();
      return HttpClient.newBuilder()
          .sslContext(trusting(host))
          .version(HttpClient.Version.HTTP_2)
          .build()
          .send(request, BodyHandlers.ofString())
          .body();
    }
    try (RawPeer raw = RawPeer.connect(host.port())) {
      raw.accept();
      raw.unidirectional(Era.D16.clientControl());
      RawStream stream = raw.bidirectional("");
      RawFields fields =
          RawFields.of(
              ":method", method, ":scheme", "https", ":authority", "127.0.0.1", ":path", "/page");
      stream.finish(
          RawHttp.headers(fields)
              + (body.isEmpty()
                  ? ""
                  : RawHttp.frame(
                      0x00, HexFormat.of().formatHex(body.getBytes(StandardCharsets.UTF_8)))));
      assertEquals("200", stream.headers().get(":status").orElseThrow());
      String text = new String(HexFormat.of().parseHex(stream.frame(0x00)), StandardCharsets.UTF_8);
      assertEquals("FIN", stream.end());
      return text;
    }
  }

  private static SSLContext trusting(NettyHost host) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("host", host.certificate.chain().get(0));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return tls;
  }

  @Test
  void sessionsAndTheHostsOwnRequestsGoSideBySide() throws Exception {
    try (NettyHost host = host()) {
      assertEquals(NettyHost.PAGE, fetch(host, "GET", ""));
      WebTransport session = connect(host, "/echo");
      assertEquals(bytes(BYTES), await(echo(session, bytes(BYTES))));
      assertEquals("9 bytes\n", fetch(host, "POST", "some data"));
      assertEquals(NettyHost.PAGE, fetch(host, "GET", ""));
      assertEquals(
          List.of("GET /page", "CONNECT /echo", "POST /page", "GET /page"), List.copyOf(host.seen));
      session.close();
      await(session.closed());
    }
  }

  @Test
  void datagramsReachTheSession() throws Exception {
    try (NettyHost host = host()) {
      WebTransport session = connect(host, "/echo");
      CompletionStage<ByteString> first =
          session.datagrams().readable().runWith(Sink.head(), session.materializer());
      var pings =
          Source.tick(Duration.ZERO, Duration.ofMillis(50), ByteString.fromString("ping"))
              .to(session.datagrams().createWritable().sink())
              .run(session.materializer());
      assertEquals("ping", await(first).utf8String());
      pings.cancel();
    }
  }

  @Test
  void theServerOpensStreams() throws Exception {
    WebTransportServerBinding second =
        await(
            WebTransportServer.create(system)
                .withName("second")
                .withHttpVersions(Bindings.current())
                .withRoute(
                    "/news",
                    session ->
                        session
                            .createUnidirectionalStream()
                            .thenAccept(
                                stream ->
                                    Source.single(ByteString.fromString("news"))
                                        .runWith(stream.sink(), session.materializer())))
                .embed());
    NettyEmbedding news = NettyEmbedding.of(system, "second");
    BiConsumer<ChannelHandlerContext, Object> upgrade =
        (ctx, frame) -> {
          if (frame instanceof Http3HeadersFrame headers) {
            news.upgrade(ctx, headers);
          } else {
            news.upgrade(ctx, (Http2HeadersFrame) frame);
          }
        };
    try (NettyHost host = NettyHost.start(news, upgrade)) {
      WebTransport session = connect(host, "/news");
      WebTransportReceiveStream stream =
          await(
              session.incomingUnidirectionalStreams().runWith(Sink.head(), session.materializer()));
      assertEquals(
          "news", await(stream.source().runWith(Sink.head(), session.materializer())).utf8String());
    }
    await(second.stop());
  }

  /** What a host has asked of its requests is as it left it, before and behind our handlers. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theHostsRequestsAreReadAsTheHostSaid(boolean asks) throws Exception {
    NettyHost.Habits habits = NettyHost.Habits.of(embedding);
    try (NettyHost host =
        NettyHost.start(embedding, asks ? habits.askingForEachRead() : habits, this::upgrade)) {
      String body = "x".repeat(300_000);
      for (int i = 0; i < 5; i++) {
        assertEquals(NettyHost.PAGE, fetch(host, "GET", ""));
        assertEquals("300000 bytes\n", fetch(host, "POST", body));
      }
      assertTrue(host.autoReads.size() >= 10, host.autoReads::toString);
      assertFalse(host.autoReads.contains(asks), host.autoReads::toString);
      WebTransport session = connect(host, "/echo");
      assertEquals(bytes(1000), await(echo(session, bytes(1000))));
      session.close();
      await(session.closed());
    }
  }

  /** The same of a request for a session that the host refuses by itself. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRequestThatTheHostRefusesIsReadAsTheHostSaid(boolean asks) throws Exception {
    NettyHost.Habits habits = NettyHost.Habits.of(embedding);
    CompletableFuture<Channel> refused = new CompletableFuture<>();
    BiConsumer<ChannelHandlerContext, Object> refuse =
        (ctx, frame) -> {
          Object answer =
              frame instanceof Http3HeadersFrame
                  ? new DefaultHttp3HeadersFrame(new DefaultHttp3Headers().status("403"))
                  : new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("403"));
          ctx.writeAndFlush(answer).addListener(done -> refused.complete(ctx.channel()));
        };
    try (NettyHost host =
        NettyHost.start(embedding, asks ? habits.askingForEachRead() : habits, refuse)) {
      failure(dial(host, "/echo").ready());
      Channel channel = await(refused);
      // Sooner or later, as a client that is refused also ends its request.
      Loopback.eventually(
          "our handlers are gone", () -> channel.pipeline().toString().indexOf("Gate") < 0);
      assertEquals(!asks, channel.config().isAutoRead());
    }
  }

  /** The host may ask somebody first; what the client sends meanwhile is not lost. */
  @Test
  void theHostMayTakeItsTimeToDecide() throws Exception {
    CompletableFuture<Runnable> asked = new CompletableFuture<>();
    BiConsumer<ChannelHandlerContext, Object> later =
        (ctx, frame) ->
            asked.complete(() -> ctx.channel().eventLoop().execute(() -> upgrade(ctx, frame)));
    try (NettyHost host = NettyHost.start(embedding, later)) {
      WebTransport session = dial(host, "/echo");
      Runnable decide = await(asked);
      assertFalse(session.ready().toCompletableFuture().isDone());
      decide.run();
      await(session.ready());
      assertEquals(bytes(1000), await(echo(session, bytes(1000))));
    }
  }

  @Test
  void theHostMayRefuseByItself() throws Exception {
    BiConsumer<ChannelHandlerContext, Object> refuse =
        (ctx, frame) -> {
          if (frame instanceof Http3HeadersFrame) {
            ctx.writeAndFlush(new DefaultHttp3HeadersFrame(new DefaultHttp3Headers().status("403")))
                .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
          } else {
            ctx.writeAndFlush(
                new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("403"), true));
          }
        };
    try (NettyHost host = NettyHost.start(embedding, refuse)) {
      Throwable failure = failure(dial(host, "/echo").ready());
      assertInstanceOf(WebTransportError.class, failure);
      assertTrue(String.valueOf(failure.getMessage()).contains("403"), failure::toString);
      assertEquals(0, binding.info().connections(), "connections that the engine heard of");
    }
  }

  @Test
  void pathsWithoutARouteAreRefusedByOurs() throws Exception {
    try (NettyHost host = host()) {
      assertInstanceOf(WebTransportError.class, failure(dial(host, "/nowhere").ready()));
      await(connect(host, "/echo").ready());
    }
  }

  @Test
  void sessionsAreCountedAndFound() throws Exception {
    try (NettyHost host = host()) {
      assertEquals(NettyHost.PAGE, fetch(host, "GET", ""));
      assertEquals(0, binding.info().connections());
      WebTransport first = connect(host, "/echo");
      eventually("the loop is used", () -> gauge(Gauges.LOOPS_ADOPTED) == 1);
      WebTransport second = connect(host, "/echo");
      eventually("two sessions", () -> binding.info().sessions() == 2);
      WebTransportServers servers = WebTransportServers.get(system);
      assertEquals("chat", servers.binding("chat").orElseThrow().name());
      List<ServedSession> served = servers.sessions(0, 10);
      assertEquals(2, served.size());
      assertEquals("chat", served.get(0).labels().listener());
      first.close();
      eventually("one session", () -> binding.info().sessions() == 1);
      second.close();
      eventually("none", () -> binding.info().sessions() == 0 && servers.sessionCounts().isEmpty());
    }
  }

  @Test
  void drainingEndsTheSessionsAndLeavesTheHostAlone() throws Exception {
    try (NettyHost host = host()) {
      WebTransport session = connect(host, "/echo");
      CompletionStage<Done> drained = binding.drain(LONG);
      await(session.draining());
      assertInstanceOf(WebTransportError.class, failure(dial(host, "/echo").ready()));
      assertEquals(bytes(BYTES), await(echo(session, bytes(BYTES))));
      assertFalse(drained.toCompletableFuture().isDone());
      session.close();
      await(drained);
      assertEquals(NettyHost.PAGE, fetch(host, "GET", ""));
      assertInstanceOf(WebTransportError.class, failure(dial(host, "/echo").ready()));
      assertThrows(IllegalArgumentException.class, () -> NettyEmbedding.of(system, "chat"));
    }
  }

  @Test
  void stoppingClosesTheSessionsAndAnotherServerMayFollow() throws Exception {
    try (NettyHost host = host()) {
      WebTransport session = connect(host, "/echo");
      await(binding.stop());
      await(session.closed());
      start("next");
    }
    try (NettyHost host = host()) {
      assertEquals(bytes(10), await(echo(connect(host, "/echo"), bytes(10))));
    }
  }

  @Test
  void aConnectionThatGoesTakesItsSessionsAlong() throws Exception {
    WebTransport session;
    try (NettyHost host = host()) {
      session = connect(host, "/echo");
      await(session.createBidirectionalStream());
    }
    failure(session.closed());
    eventually("no session", () -> binding.info().sessions() == 0);
  }

  /** What the host did wrong is told by an exception of one line, on its event loop. */
  private String wrong(BiConsumer<ChannelHandlerContext, Object> misuse) throws Exception {
    CompletableFuture<String> told = new CompletableFuture<>();
    BiConsumer<ChannelHandlerContext, Object> tried =
        (ctx, frame) -> {
          try {
            misuse.accept(ctx, frame);
            told.complete("nothing");
          } catch (RuntimeException wrong) {
            Throwable cause = wrong instanceof CompletionException ? wrong.getCause() : wrong;
            told.complete(cause.getMessage());
            ctx.channel().close();
          }
        };
    try (NettyHost host = NettyHost.start(embedding, tried)) {
      WebTransport session = dial(host, "/echo");
      String message = await(told);
      assertFalse(message.contains("\n"), message);
      session.close();
      return message;
    }
  }

  @Test
  void aRequestIsUpgradedOnce() throws Exception {
    String message =
        wrong(
            (ctx, frame) -> {
              upgrade(ctx, frame);
              upgrade(ctx, frame);
            });
    assertTrue(message.contains("it was before"), message);
  }

  @Test
  void aRequestThatIsNoConnectIsNotUpgraded() throws Exception {
    String message =
        wrong(
            (ctx, frame) -> {
              if (frame instanceof Http3HeadersFrame) {
                upgrade(
                    ctx,
                    new DefaultHttp3HeadersFrame(
                        new DefaultHttp3Headers().method("GET").path("/echo")));
              } else {
                upgrade(
                    ctx,
                    new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers().method("GET").path("/echo")));
              }
            });
    assertTrue(message.contains(":method GET") && message.contains("expected: CONNECT"), message);
  }

  @Test
  void anUpgradeFromAnotherThreadIsRefused() throws Exception {
    String message =
        wrong((ctx, frame) -> CompletableFuture.runAsync(() -> upgrade(ctx, frame)).join());
    assertTrue(message.contains("expected: the event loop"), message);
  }

  @Test
  void aServerThatIsNotEmbeddedIsNotFound() {
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> NettyEmbedding.of(system, "nowhere"));
    assertEquals(
        "name: 'nowhere' (expected: that of a server that is embedded; there are: [chat])",
        unknown.getMessage());
  }

  @Test
  void anEmbeddedServerHasNoAddressAndNoCertificate() {
    for (Runnable asked :
        List.<Runnable>of(
            binding::localAddress,
            binding::url,
            binding::certificateHash,
            binding::certificateHashes)) {
      String told = assertThrows(IllegalStateException.class, asked::run).getMessage();
      assertEquals("the server 'chat' is embedded: address and certificates are its host's", told);
    }
    assertTrue(binding.info().address().isUnresolved());
  }

  @Test
  void theOtherVersionOfHttpIsNotServed() {
    IllegalStateException told =
        assertThrows(
            IllegalStateException.class,
            () -> {
              if (Bindings.current() == WebTransportHttpVersion.HTTP_3) {
                embedding.http2(
                    io.netty.handler.codec.http2.Http2FrameCodecBuilder.forServer(),
                    new ChannelInboundHandlerAdapter());
              } else {
                embedding.http3(settings -> null);
              }
            });
    assertTrue(told.getMessage().contains("'chat' does not serve"), told.getMessage());
  }

  @Test
  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "over HTTP/2 the settings are joined to those of the host's builder")
  void settingsThatAreNotHandedOnAreMissed() throws Exception {
    refusedAtOnce(
        new NettyHost.Habits(embedding::quic, settings -> new DefaultHttp3SettingsFrame()),
        "the SETTINGS that announce WebTransport are not sent");
  }

  @Test
  @OnlyOver(value = WebTransportHttpVersion.HTTP_3, because = "TCP has no transport parameters")
  void aCodecWithoutOurTransportParametersIsMissed() throws Exception {
    refusedAtOnce(
        new NettyHost.Habits(
            builder ->
                builder
                    .initialMaxData(BYTES)
                    .initialMaxStreamsBidirectional(10)
                    .initialMaxStreamDataBidirectionalRemote(BYTES),
            settings -> settings),
        "has not the transport parameters of sessions");
  }

  private void refusedAtOnce(NettyHost.Habits habits, String reason) throws Exception {
    Queue<String> lines = new ConcurrentLinkedQueue<>();
    AppenderBase<ILoggingEvent> log =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
          }
        };
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(EmbeddedHandler.class);
    logger.addAppender(log);
    try (NettyHost host = NettyHost.start(embedding, habits, this::upgrade)) {
      failure(dial(host, "/echo").ready());
      eventually(reason, () -> lines.stream().anyMatch(line -> line.contains(reason)));
    } finally {
      logger.detachAppender(log);
    }
  }
}
