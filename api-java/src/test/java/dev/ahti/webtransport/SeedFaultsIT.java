package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.RawEnds.MAX_DATA;
import static dev.ahti.webtransport.RawEnds.MAX_STREAMS_UNI;
import static dev.ahti.webtransport.RawEnds.limits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.handler.HandledSession;
import dev.ahti.webtransport.handler.Next;
import dev.ahti.webtransport.handler.SessionCommand;
import dev.ahti.webtransport.handler.SessionMessage;
import dev.ahti.webtransport.handler.SessionProgram;
import dev.ahti.webtransport.handler.SessionStream;
import dev.ahti.webtransport.handler.WebTransportHandler;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the Erlang library gets wrong, through the handlers that are the counterpart of its own.
 * docs/handlers.md has a table of its faults with the tests, these and others, that show that they
 * are none of ours.
 */
@DisplayName("faults of the Erlang library that are none of ours")
@OverBothBindings
class SeedFaultsIT {
  /** From where on it loses what a stream brings. */
  private static final int LOST_FROM = 262_144;

  /** How many streams a client of it opens in one session. */
  private static final int MOST_STREAMS = 100;

  private static final String SMALL_WINDOWS =
      "ahti.session.flow { data-window = 64 KiB, streams-bidirectional = 4 }";

  /** Sends back what comes, and FIN behind FIN. */
  private static final class Echo implements WebTransportHandler<Integer> {
    @Override
    public Next<Integer> init(HandledSession session, Config options) {
      return Next.of(0);
    }

    @Override
    public Next<Integer> onStreamData(Integer state, SessionStream stream, ByteString data) {
      return Next.of(state, new SessionCommand.Send(stream, data));
    }

    @Override
    public Next<Integer> onStreamFin(Integer state, SessionStream stream, ByteString data) {
      return Next.of(state, new SessionCommand.SendFin(stream, data));
    }
  }

  private static ByteString random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return ByteString.fromArrayUnsafe(bytes);
  }

  private static CompletionStage<ByteString> echoed(HandledEnds ends, ByteString bytes) {
    return ends.peer()
        .createBidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .thenCompose(
            stream ->
                Source.fromIterator(() -> chunks(bytes).iterator())
                    .via(stream.flow())
                    .runWith(
                        Sink.fold(ByteString.emptyByteString(), ByteString::concat),
                        ends.loopback().system));
  }

  private static List<ByteString> chunks(ByteString bytes) {
    List<ByteString> chunks = new ArrayList<>();
    for (int at = 0; at < bytes.length(); at += 10_000) {
      chunks.add(bytes.slice(at, Math.min(at + 10_000, bytes.length())));
    }
    return chunks;
  }

  /** It loses data beyond 262,144 bytes a stream without an error. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void noByteOfALongStreamIsLostEitherWay(Role role) throws Exception {
    HandledEnds.with(
        role,
        SessionProgram.of(new Echo()),
        ends -> {
          ByteString sent = random(8 * LOST_FROM + 1);
          assertEquals(sent, await(echoed(ends, sent)));
        });
  }

  /** It never renews its windows, neither those of bytes nor those of streams. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void windowsAreRenewedForAsLongAsTheSessionLasts(Role role) throws Exception {
    HandledEnds.with(
        role,
        SMALL_WINDOWS,
        SessionProgram.of(new Echo()),
        ends -> {
          ByteString sent = random(16 << 10);
          // Many times the window, on many times the streams that may be open.
          for (int round = 0; round < 16; round++) {
            List<CompletionStage<ByteString>> echoes = new ArrayList<>();
            for (int stream = 0; stream < 8; stream++) {
              echoes.add(echoed(ends, sent));
            }
            for (CompletionStage<ByteString> echo : echoes) {
              assertEquals(sent, await(echo));
            }
          }
        });
  }

  /** It opens at most 100 streams a session as a client. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void aHandlerOpensAsManyStreamsAsItLikesAtOnceAndInASession(Role role) throws Exception {
    int streams = 10 * MOST_STREAMS;
    List<SessionCommand> opens = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      opens.add(SessionCommand.OpenStream.unidirectional(i));
    }
    WebTransportHandler<Integer> opening =
        new WebTransportHandler<>() {
          @Override
          public Next<Integer> init(HandledSession session, Config options) {
            return new Next<>(0, opens);
          }

          @Override
          public Next<Integer> onStreamOpened(Integer state, SessionStream stream, Object tag) {
            ByteString number = ByteString.fromString(tag + " ");
            return Next.of(state + 1, new SessionCommand.SendFin(stream, number));
          }
        };
    HandledEnds.with(
        role,
        SessionProgram.of(opening),
        ends -> {
          List<String> numbers =
              await(
                  ends.peer()
                      .incomingUnidirectionalStreams()
                      .take(streams)
                      .flatMapMerge(
                          16,
                          stream ->
                              stream
                                  .source()
                                  .fold(ByteString.emptyByteString(), ByteString::concat))
                      .map(ByteString::utf8String)
                      .runWith(Sink.seq(), ends.loopback().system));
          assertEquals(streams, numbers.stream().distinct().count());
        });
  }

  /** It dies with a peer that uses session flow control. */
  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "its peer writes raw HTTP/3; the next one has a peer that writes raw HTTP/2")
  @ParameterizedTest
  @EnumSource(Role.class)
  void aHandlerLivesWithAPeerThatGrantsByHand(Role role) throws Exception {
    RawEnds.with(
        role,
        RawOptions.DEFAULTS,
        limits(10, 1, 1),
        ends -> {
          ScriptedHandler handler = new ScriptedHandler(ScriptedHandler.Script.SILENT);
          ActorRef<SessionMessage> ref = await(SessionProgram.of(handler).run(ends.session()));
          handler.next("init");
          ref.tell(SessionCommand.OpenStream.unidirectional("first"));
          SessionStream first = handler.next("opened").stream();
          ref.tell(new SessionCommand.SendFin(first, ByteString.fromString("0123456789abcdef")));
          RawStream far = ends.unidirectional();
          assertEquals("0123456789", text(far, 10));
          ref.tell(SessionCommand.OpenStream.unidirectional("second"));
          // By now that one would be there, were it not for the limit.
          ref.tell(new SessionMessage.Info("still here"));
          handler.next("info");
          handler.nothingElse();
          ends.grant(MAX_DATA, 100);
          assertEquals("abcdef", text(far, 6));
          handler.next("closed");
          ends.grant(MAX_STREAMS_UNI, 2);
          SessionStream second = handler.next("opened").stream();
          ref.tell(new SessionCommand.SendFin(second, ByteString.fromString("more")));
          assertEquals("more", text(ends.unidirectional(), 4));
          assertFalse(ends.session().closed().toCompletableFuture().isDone());
          ref.tell(new SessionCommand.Stop("done"));
          assertTrue(await(ends.session().closed()).reason().equals("done"));
        });
  }

  /** The same, where every session has flow control, and the peer's grants come as capsules. */
  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_2,
      because = "its peer writes raw HTTP/2; the one before has a peer that writes raw HTTP/3")
  @ParameterizedTest
  @EnumSource(Role.class)
  void aHandlerLivesWithAPeerThatGrantsByHandInCapsules(Role role) throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(10, 1000, 1),
        ends -> {
          ScriptedHandler handler = new ScriptedHandler(ScriptedHandler.Script.SILENT);
          ActorRef<SessionMessage> ref = await(SessionProgram.of(handler).run(ends.session()));
          handler.next("init");
          ref.tell(SessionCommand.OpenStream.unidirectional("first"));
          SessionStream first = handler.next("opened").stream();
          ref.tell(new SessionCommand.SendFin(first, ByteString.fromString("0123456789abcdef")));
          assertEquals("0123456789", text(ends, 0, 10));
          ref.tell(SessionCommand.OpenStream.unidirectional("second"));
          ref.tell(new SessionMessage.Info("still here"));
          handler.next("info");
          handler.nothingElse();
          ends.send(RawHttp2Ends.MAX_DATA, RawHttp.number(100));
          assertEquals("abcdef", text(ends, 0, 6));
          handler.next("closed");
          ends.send(RawHttp2Ends.MAX_STREAMS_UNI, RawHttp.number(2));
          SessionStream second = handler.next("opened").stream();
          ref.tell(new SessionCommand.SendFin(second, ByteString.fromString("more")));
          assertEquals("more", text(ends, 1, 4));
          assertFalse(ends.session().closed().toCompletableFuture().isDone());
          ref.tell(new SessionCommand.Stop("done"));
          assertEquals("done", await(ends.session().closed()).reason());
        });
  }

  /** The next bytes of a unidirectional stream of ours, however they are cut into capsules. */
  private static String text(RawHttp2Ends ends, int number, int bytes) {
    String id = RawHttp.number(4L * number + (ends.server() ? 3 : 2));
    StringBuilder came = new StringBuilder();
    while (came.length() < 2 * bytes) {
      RawCapsule next = ends.next(RawHttp2Ends.STREAM, RawHttp2Ends.STREAM_FIN);
      assertEquals(id, next.payload().substring(0, id.length()));
      came.append(next.payload().substring(id.length()));
    }
    byte[] got = java.util.HexFormat.of().parseHex(came);
    return new String(got, StandardCharsets.UTF_8);
  }

  private static String text(RawStream stream, int bytes) {
    byte[] got = java.util.HexFormat.of().parseHex(stream.bytes(bytes));
    return new String(got, StandardCharsets.UTF_8);
  }
}
