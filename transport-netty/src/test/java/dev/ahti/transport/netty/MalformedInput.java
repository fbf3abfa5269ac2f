package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What the tests of malformed input share: our engine, a peer for each case, and a session on
 * another connection that echoes throughout.
 */
abstract class MalformedInput {
  /** The right scope ends within 100 ms; ten times that is what a busy machine is given. */
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Nothing is tolerated here that draft 16 forbids. */
  private static final DialectPolicy STRICT = DialectPolicy.all().refusing(Quirk.EQUAL_LIMITS);

  static EngineNet net;
  static int port;
  private static int strictPort;
  private static Bystander bystander;

  @BeforeAll
  static void start() {
    List<String> settings = new ArrayList<>(List.of(FlowWire.SMALL));
    settings.add("ahti.netty.unknown-frame-budget = 64 KiB");
    settings.add("ahti.session.capsule-budget = 64 KiB");
    net = new EngineNet(settings.toArray(String[]::new));
    port = net.listen(DialectPolicy.all()).address().getPort();
    strictPort = net.listen(STRICT).address().getPort();
    bystander = new Bystander(net, port);
  }

  @AfterAll
  static void leavesNothing() {
    Closing.all(bystander, net);
  }

  /** Each of these with each of those, as one case. */
  static Stream<Arguments> with(Object[] each, Stream<Arguments> cases) {
    List<Arguments> all = cases.toList();
    return Stream.of(each)
        .flatMap(
            one ->
                all.stream()
                    .map(
                        rest ->
                            Arguments.of(
                                Stream.concat(Stream.of(one), Stream.of(rest.get())).toArray())));
  }

  /** Each case in every draft, which comes first. */
  static Stream<Arguments> inEachDraft(Stream<Arguments> cases) {
    return with(Draft.values(), cases);
  }

  /** A case for our server and for our client. */
  static Stream<Arguments> both(String what, String bytes, String code) {
    return Stream.concat(server(what, bytes, code), client(what, bytes, code));
  }

  /** A case for our server. */
  static Stream<Arguments> server(String what, String bytes, String code) {
    return Stream.of(Arguments.of(Role.SERVER, what, bytes, code));
  }

  /** A case for our client. */
  static Stream<Arguments> client(String what, String bytes, String code) {
    return Stream.of(Arguments.of(Role.CLIENT, what, bytes, code));
  }

  @SafeVarargs
  static Stream<Arguments> all(Stream<Arguments>... cases) {
    return Stream.of(cases).flatMap(each -> each);
  }

  static RawSession begin(Role role) {
    return begin(role, Draft.D16);
  }

  static RawSession begin(Role role, Draft draft) {
    return RawSession.begin(net, role, draft, port);
  }

  /** On a connection that outlives its session. */
  static RawSession beginPooled(Role role, Draft draft) {
    return beginPooled(role, draft, RawOptions.DEFAULTS);
  }

  /** The same with these options of the peer. */
  static RawSession beginPooled(Role role, Draft draft, RawOptions options) {
    return RawSession.beginPooled(net, role, draft, DialectPolicy.only(draft), port, options);
  }

  /** The same in D16, where our side does not tolerate equal limits. */
  static RawSession beginStrict(Role role) {
    return RawSession.beginPooled(net, role, Draft.D16, STRICT, strictPort, RawOptions.DEFAULTS);
  }

  /** The control stream of a peer of this role's, with good settings. */
  static String settings(Role role, Draft draft) {
    Era era = RawClient.era(draft);
    return role == Role.SERVER ? era.clientControl() : era.serverControl();
  }

  /** What was just provoked comes soon and with this code, and the bystander does not notice. */
  static void expect(String code, Supplier<String> outcome) {
    long began = System.nanoTime();
    assertEquals(code, outcome.get());
    long took = System.nanoTime() - began;
    bystander.goesOn();
    long echo = bystander.slowestNanos();
    String times = "the end took %,d ns, the bystander's slowest echo %,d ns".formatted(took, echo);
    assertTrue(took <= SOON_NANOS && echo <= SOON_NANOS, times);
  }
}
