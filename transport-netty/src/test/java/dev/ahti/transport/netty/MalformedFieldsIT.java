package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Malformed requests and answers (RFC 9114 4.1.2): their stream ends with H3_MESSAGE_ERROR alone.
 */
class MalformedFieldsIT extends MalformedInput {

  /** A good CONNECT, with these fields behind it. */
  private static RawFields connect(String... more) {
    RawFields fields =
        RawFields.of(
            ":method", "CONNECT",
            ":protocol", "webtransport-h3",
            ":scheme", "https",
            ":authority", "127.0.0.1",
            ":path", "/echo");
    for (int i = 0; i < more.length; i += 2) {
      fields = fields.with(more[i], more[i + 1]);
    }
    return fields;
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        Arguments.of("an upper-case name", connect("X-Test", "1")),
        Arguments.of("a name with a blank", connect("x test", "1")),
        Arguments.of("an empty name", connect("", "1")),
        Arguments.of("a value with a line break", connect("x-test", "1\r\n2")),
        Arguments.of("a value with a zero", connect("x-test", "1\0")),
        Arguments.of("connection", connect("connection", "close")),
        Arguments.of("keep-alive", connect("keep-alive", "5")),
        Arguments.of("proxy-connection", connect("proxy-connection", "close")),
        Arguments.of("transfer-encoding", connect("transfer-encoding", "chunked")),
        Arguments.of("upgrade", connect("upgrade", "websocket")),
        Arguments.of("te", connect("te", "gzip")),
        Arguments.of("two paths", connect(":path", "/")),
        Arguments.of("an unknown pseudo field", connect(":version", "3")),
        Arguments.of("a pseudo field of answers", connect(":status", "200")),
        Arguments.of(
            "a pseudo field behind others",
            connect().without(":path").with("x", "1").with(":path", "/echo")),
        Arguments.of("two hosts that differ", connect("host", "example.org")),
        Arguments.of("no method", connect().without(":method")),
        Arguments.of("no scheme", connect().without(":scheme")),
        Arguments.of("no authority", connect().without(":authority")),
        Arguments.of("no path", connect().without(":path")));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void malformedRequestsAreReset(String what, RawFields fields) {
    try (RawSession wire = begin(Role.SERVER)) {
      RawStream request = wire.settings().raw.bidirectional(RawHttp.headers(fields));
      expect("RESET 0x10e", request::end);
      wire.session();
    }
  }

  static Stream<Arguments> answers() {
    RawFields ok = RawFields.of(":status", "200");
    return Stream.of(
        Arguments.of("no status", RawFields.of("x-test", "1")),
        Arguments.of("two of them", ok.with(":status", "200")),
        Arguments.of("a pseudo field of requests", ok.with(":path", "/")),
        Arguments.of("a status behind others", RawFields.of("x-test", "1", ":status", "200")),
        Arguments.of("an upper-case name", ok.with("X-Test", "1")),
        Arguments.of("connection", ok.with("connection", "close")),
        Arguments.of("a value with a line break", ok.with("x-test", "1\n2")));
  }

  @Conformance("H3-B-67")
  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void malformedAnswersEndTheRequest(String what, RawFields fields) {
    try (RawSession wire = begin(Role.CLIENT)) {
      RawStream request = wire.settings().request();
      request.write(RawHttp.headers(fields));
      expect("RESET 0x10e", request::end);
      assertThrows(Throwable.class, () -> TestNet.get(wire.opening()));
    }
  }

  @Conformance("H3-B-67")
  @Test
  void malformedTrailersEndTheSession() {
    try (RawSession wire = begin(Role.SERVER)) {
      wire.settings().session();
      wire.connect().write(RawHttp.headers(RawFields.of(":path", "/")));
      expect("RESET 0x10e", wire.connect()::end);
      wire.session();
    }
  }
}
