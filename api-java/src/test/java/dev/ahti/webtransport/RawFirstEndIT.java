package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session ends once, whatever its peer writes behind the first end. */
@DisplayName(
    "W3C WebTransport, sections 6.4 to 6.7: a session that is over is left alone on the wire")
@OverBothBindings
class RawFirstEndIT {
  private static final long CLOSE = 0x2843;
  private static final long DRAIN = 0x78ae;
  private static final WebTransportCloseInfo HERE = new WebTransportCloseInfo(4, "here");

  /** A session, and what writes raw bytes to its CONNECT stream. */
  private record Ends(WebTransport session, Consumer<String> peer) {}

  interface Body {
    void run(Ends ends) throws Exception;
  }

  private static void with(SessionEnds.Role role, Body body) throws Exception {
    if (Bindings.current() == WebTransportHttpVersion.HTTP_2) {
      RawHttp2Ends.with(
          role,
          RawHttp2Ends.GENEROUS,
          ends -> body.run(new Ends(ends.session(), ends.connect()::write)));
    } else {
      RawEnds.with(
          role,
          RawOptions.DEFAULTS,
          "",
          ends -> body.run(new Ends(ends.session(), ends.connect()::write)));
    }
  }

  /** The capsule protocol is in DATA frames of both; over HTTP/3 the raw peer writes frames. */
  private static String capsule(long type, String payload) {
    return Bindings.current() == WebTransportHttpVersion.HTTP_2
        ? RawHttp.frame(type, payload)
        : RawHttp.capsule(type, payload);
  }

  @ParameterizedTest
  @EnumSource
  void aCloseOfThePeerBehindOneOfThisSideChangesNothing(SessionEnds.Role role) throws Exception {
    with(
        role,
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          // On the loop, between the two things that the peer says at once.
          ends.session().draining().thenAccept(done -> ends.session().close(HERE));
          ends.peer().accept(capsule(DRAIN, "") + close(5, "there"));
          assertEquals(HERE, await(ends.session().closed()));
          assertEquals(WebTransportState.CLOSED, ends.session().state());
          assertInstanceOf(WebTransportAbortException.class, failure(writer.closed()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aCloseOfThisSideBehindOneOfThePeerChangesNothing(SessionEnds.Role role) throws Exception {
    with(
        role,
        ends -> {
          WebTransportWriter writer =
              await(ends.session().createUnidirectionalStream()).getWriter();
          CompletableFuture<WebTransportState> state = new CompletableFuture<>();
          // The first thing on the loop that hears of the end.
          ends.session()
              .closed()
              .thenAccept(
                  end -> {
                    ends.session().close(HERE);
                    state.complete(ends.session().state());
                  });
          ends.peer().accept(close(5, "there"));
          WebTransportCloseInfo there = new WebTransportCloseInfo(5, "there");
          assertEquals(there, await(ends.session().closed()));
          assertEquals(WebTransportState.CLOSED, await(state));
          assertInstanceOf(WebTransportError.class, failure(writer.closed()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aViolationOfThePeerBehindACloseOfThisSideChangesNothing(SessionEnds.Role role)
      throws Exception {
    with(
        role,
        ends -> {
          CompletableFuture<Boolean> closing = new CompletableFuture<>();
          ends.session()
              .draining()
              .thenAccept(
                  done -> {
                    ends.session().close(HERE);
                    closing.complete(true);
                  });
          ends.peer().accept(capsule(DRAIN, ""));
          // Over HTTP/2 all that comes at once is judged at once, and the violation would be first.
          await(closing);
          // A reason that is no UTF-8.
          ends.peer().accept(capsule(CLOSE, "00000005" + "ff"));
          assertEquals(HERE, await(ends.session().closed()));
          assertEquals(WebTransportState.CLOSED, ends.session().state());
        });
  }

  private static String close(long code, String reason) {
    return capsule(CLOSE, String.format("%08x", code) + RawHttp.hex(reason));
  }
}
