package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawHttp;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What only capsules say of credit: the windows of streams, and how much of one a reset keeps. */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_2,
    because = "it is about capsules that HTTP/3 does not have; CreditIT has what is the same")
class Http2CreditIT {
  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  private static String n(long value) {
    return RawHttp.number(value);
  }

  private static String id(RawHttp2Ends ends, int number) {
    return n(4L * number + (ends.server() ? 1 : 0) + 2);
  }

  /** The next bytes of a stream, however they are cut into capsules. */
  private static void arrives(RawHttp2Ends ends, String id, String text) {
    StringBuilder came = new StringBuilder();
    String expected = RawHttp.hex(text);
    while (came.length() < expected.length()) {
      RawCapsule next = ends.next(RawHttp2Ends.STREAM, RawHttp2Ends.RESET);
      assertEquals(RawHttp2Ends.STREAM, next.type(), next::toString);
      assertEquals(id, next.payload().substring(0, id.length()));
      came.append(next.payload().substring(id.length()));
    }
    assertEquals(expected, came.toString());
  }

  @ParameterizedTest
  @EnumSource
  void anAtomicWriteGoesWhenTheWindowsHaveRoomForAllOfItAndNotAByteBefore(SessionEnds.Role role)
      throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(9, 12, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          String id = id(ends, 0);
          assertInstanceOf(
              WebTransportAbortException.class, failure(writer.atomicWrite(text("0123456789"))));
          await(writer.atomicWrite(text("012345678")));
          arrives(ends, id, "012345678");
          for (int sent = 9; sent < 20; sent++) {
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!"))));
            ends.send(RawHttp2Ends.MAX_DATA, n(sent + 1));
            if (sent >= 12) {
              // Of its two windows that of the stream came to its end too.
              ends.send(RawHttp2Ends.MAX_STREAM_DATA, id, n(sent + 1));
            }
            assertInstanceOf(
                WebTransportAbortException.class, failure(writer.atomicWrite(text("!!"))));
            CreditIT.eventuallyAtomic(writer, "+");
            arrives(ends, id, "+");
          }
          await(writer.close());
          assertEquals(
              new RawCapsule(RawHttp2Ends.STREAM_FIN, id), ends.next(RawHttp2Ends.STREAM_FIN));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aResetNamesWhatWasCommittedAndWaitsUntilItHasItsCredit(SessionEnds.Role role)
      throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.granting(2, 1000, 9),
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          writer.write(text("abcd"));
          writer.commit();
          writer.write(text("not this"));
          writer.abort(7);
          arrives(ends, id(ends, 0), "ab");
          ends.send(RawHttp2Ends.MAX_DATA, n(1000));
          arrives(ends, id(ends, 0), "cd");
          assertEquals(
              new RawCapsule(RawHttp2Ends.RESET, id(ends, 0) + n(7) + n(4)),
              ends.next(RawHttp2Ends.RESET, RawHttp2Ends.STREAM));
        });
  }
}
