package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages on a stream, each behind its length, of a client and of a server. */
@OverBothBindings
class MessagesIT {
  private static final int MOST = 16_384;
  private static final ByteString SHORT = ByteString.fromString("short");

  private static ByteString message(int length) {
    byte[] all = new byte[length];
    for (int i = 0; i < length; i++) {
      all[i] = (byte) (i * 31 >> 3);
    }
    return ByteString.fromArrayUnsafe(all);
  }

  private static Flow<ByteString, ByteString, NotUsed> messages(
      WebTransportBidirectionalStream stream) {
    return WebTransportMessages.lengthPrefixed(MOST).join(stream.flow());
  }

  private static WebTransportBidirectionalStream arrived(SessionEnds ends) throws Exception {
    return await(
        ends.theirs().incomingBidirectionalStreams().runWith(Sink.head(), ends.loopback().system));
  }

  @ParameterizedTest
  @EnumSource
  void messagesOfEveryKindOfLengthComeBackAsTheyWereSent(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var near = await(ends.mine().createBidirectionalStream());
          List<ByteString> sent = Stream.of(0, 63, 64, MOST).map(MessagesIT::message).toList();
          var received =
              Source.from(sent).via(messages(near)).runWith(Sink.seq(), ends.loopback().system);
          messages(arrived(ends)).join(Flow.create()).run(ends.loopback().system);
          assertEquals(sent, await(received));
        });
  }

  @ParameterizedTest
  @EnumSource
  void oneThatIsTooLongToBeSentResetsTheStreamAndNothingOfItIsSent(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var near = await(ends.mine().createBidirectionalStream());
          CompletableFuture<ByteString> later = new CompletableFuture<>();
          var received =
              Source.single(SHORT)
                  .concat(Source.completionStage(later))
                  .via(messages(near))
                  .runWith(Sink.seq(), ends.loopback().system);
          var far = arrived(ends);
          var reader = far.readable().getReader();
          ByteString got = ByteString.emptyByteString();
          while (got.length() < 1 + SHORT.length()) {
            got = got.concat(await(reader.read()).orElseThrow());
          }
          assertEquals(SHORT, got.drop(1));
          later.complete(message(MOST + 1));
          WebTransportError reset =
              assertInstanceOf(WebTransportError.class, failure(reader.read()));
          assertEquals(WebTransportErrorSource.STREAM, reset.source());
          assertEquals(OptionalLong.of(0), reset.streamErrorCode());
          // The other half goes on.
          var writer = far.writable().getWriter();
          await(writer.write(got));
          await(writer.close());
          assertEquals(List.of(SHORT), await(received));
        });
  }

  @ParameterizedTest
  @EnumSource
  void oneThatIsTooLongToBeReceivedFailsTheReaderAndItsPeerIsToldToStop(SessionEnds.Role role)
      throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          var near = await(ends.mine().createBidirectionalStream());
          var received =
              Source.single(SHORT)
                  .concat(Source.maybe())
                  .via(messages(near))
                  .runWith(Sink.seq(), ends.loopback().system);
          var far = arrived(ends).writable().getWriter();
          // The length alone: 16385.
          await(far.write(ByteString.fromInts(0x80, 0, 0x40, 1)));
          Throwable why = failure(received);
          assertInstanceOf(WebTransportFramingException.class, why, why.toString());
          assertTrue(why.getMessage().contains(Integer.toString(MOST + 1)), why.getMessage());
          WebTransportError stopped =
              assertInstanceOf(WebTransportError.class, failure(far.closed()));
          assertEquals(WebTransportErrorSource.STREAM, stopped.source());
          // The transport tells of the stop, and not its code, over HTTP/3.
          assertEquals(
              Bindings.current() == WebTransportHttpVersion.HTTP_2
                  ? OptionalLong.of(0)
                  : OptionalLong.empty(),
              stopped.streamErrorCode());
        });
  }
}
