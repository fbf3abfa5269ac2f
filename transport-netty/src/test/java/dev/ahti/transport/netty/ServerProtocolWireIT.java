package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server chooses the protocol of a session: against a client that writes raw bytes. */
class ServerProtocolWireIT {
  private static final String AVAILABLE = "wt-available-protocols";

  private final EngineNet net = new EngineNet();
  private RawPeer raw;

  private void start(Draft draft) {
    raw = RawPeer.connect(net.listen(DialectPolicy.all()).address().getPort());
    raw.unidirectional(RawClient.control(draft));
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private Fields answer(Fields request) {
    RawStream stream = raw.bidirectional(RawClient.headers(request));
    Fields answer = RawClient.headers(stream);
    assertEquals("200", answer.get(":status").orElseThrow());
    return answer;
  }

  private void speaks(String protocol, String field, Fields answer) {
    assertEquals(Fields.empty().with(":status", "200").with("wt-protocol", field), answer);
    assertEquals(Optional.of(protocol), net.session().protocol());
  }

  @ParameterizedTest
  @EnumSource(names = {"D02", "D14", "D16"})
  @Conformance("H3-S-11")
  void theChoiceIsOneOfTheStringsThatWereOffered(Draft draft) {
    start(draft);
    Fields request =
        RawClient.connect(draft, "/last").with(AVAILABLE, "\"v3\", \"v2\";q=1, \"v1\"");
    speaks("v1", "\"v1\"", answer(request));
  }

  @ParameterizedTest
  @CsvSource({"'v2, v1', v2", "'\"v2\", \"v1\"', '\"v2\"'"})
  void draft12IsAnsweredWithATokenAndChromiumWithAString(String offered, String chosen) {
    start(Draft.D07);
    Fields request = RawClient.connect(Draft.D07, "/first").with(AVAILABLE, offered);
    speaks("v2", chosen, answer(request));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-11")
  void thereIsNoChoiceWhenNothingWasOffered(Draft draft) {
    start(draft);
    Fields status = Fields.empty().with(":status", "200");
    assertEquals(status, answer(RawClient.connect(draft, "/first")));
    SessionHandle first = net.session();
    assertEquals(Optional.empty(), first.protocol());
    first.close(0, "");
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-11")
  void aHandlerMayChooseNone(Draft draft) {
    start(draft);
    Fields request = RawClient.connect(draft, "/echo").with(AVAILABLE, "\"v1\"");
    assertEquals(Fields.empty().with(":status", "200"), answer(request));
    assertEquals(Optional.empty(), net.session().protocol());
  }

  static Stream<Arguments> offersThatAreNotOfStrings() {
    return Stream.of("v2", "\"v2\", v1", "\"v2\", 1", "\"v2\", (\"v1\")", "\"v2", "\"v2\",")
        .flatMap(
            offered -> Stream.of(Draft.D14, Draft.D16).map(draft -> Arguments.of(draft, offered)));
  }

  @ParameterizedTest
  @MethodSource("offersThatAreNotOfStrings")
  @Conformance({"H3-S-11", "H3-S-12"})
  void aFieldWithAnythingButStringsIsIgnored(Draft draft, String offered) {
    start(draft);
    List<Fields.Field> fields = new ArrayList<>();
    RawClient.connect(draft, "/first").forEach(fields::add);
    fields.add(new Fields.Field(AVAILABLE, offered));
    Fields request = Fields.received(fields);
    assertEquals(Fields.empty().with(":status", "200"), answer(request));
    assertEquals(Optional.empty(), net.session().protocol());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"v1\"", "\"right\""})
  @Conformance("H3-S-11")
  void aRouterThatChoosesWhatWasNotOfferedOpensNoSession(String offered) {
    start(Draft.D16);
    Fields request = RawClient.connect(Draft.D16, "/wrong").with(AVAILABLE, offered);
    RawStream stream = raw.bidirectional(RawClient.headers(request));
    assertEquals("500", RawClient.headers(stream).get(":status").orElseThrow());
  }
}
