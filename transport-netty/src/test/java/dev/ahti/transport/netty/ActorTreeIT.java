package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SendGroupHandle;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.LiveActors;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The actors that live while two sessions share a connection over UDP are those of the tree in
 * docs/concurrency.md, in every draft and over HTTP/2, and each goes with what it is for.
 */
class ActorTreeIT {
  private static final Path PAGE = Path.of("../docs/concurrency.md");

  /** A line of the drawing: what leads to the name, the name, and two spaces before the words. */
  private static final Pattern DRAWN =
      Pattern.compile("((?:│  |   )*)[├└]─ ([a-z]+(?: [A-Z]+)?)  .*");

  private static final String DIALED = "/system/ahti/dialer/connection-1";
  private static final String ACCEPTED = "/system/ahti/listener-wire/connection-1";

  /** Those two are there from the first dial and the first owner on. */
  private static final List<String> ALWAYS =
      List.of(
          "/system/ahti",
          "/system/ahti/dialer",
          "/system/ahti/listener-wire",
          "/system/ahti/owners");

  private final EngineNet net = new EngineNet("ahti.dialer.pool-idle-timeout = 0 s");

  @AfterEach
  void leavesNothing() {
    net.close();
  }

  /** The wires that sessions are spoken on. */
  enum Wire {
    D02(DialectPolicy.only(Draft.D02), HttpVersion.HTTP_3),
    D07(DialectPolicy.only(Draft.D07), HttpVersion.HTTP_3),
    D14(DialectPolicy.only(Draft.D14), HttpVersion.HTTP_3),
    D16(DialectPolicy.only(Draft.D16), HttpVersion.HTTP_3),
    HTTP_2(DialectPolicy.all(), HttpVersion.HTTP_2);

    private final DialectPolicy dialects;
    private final Set<HttpVersion> versions;

    Wire(DialectPolicy dialects, HttpVersion version) {
      this.dialects = dialects;
      this.versions = Set.of(version);
    }
  }

  private SessionHandle dial(int port, Wire wire) {
    return TestNet.get(
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    port,
                    "example.org",
                    "/echo",
                    Optional.of(EngineNet.ORIGIN),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    wire.dialects,
                    Duration.ofSeconds(10))
                .withVersions(wire.versions)
                .withPool("")));
  }

  private List<String> paths() {
    return LiveActors.matching(net.kit.system(), "/system/ahti(/.*)?").stream()
        .map(actor -> actor.path().toStringWithoutAddress())
        .sorted()
        .toList();
  }

  /** Waits for these actors, on both sides, and those that are always there. */
  private void awaitOnBothSides(String... ofConnection) {
    List<String> expected = new ArrayList<>(ALWAYS);
    for (String side : new String[] {DIALED, ACCEPTED}) {
      expected.add(side);
      Stream.of(ofConnection).map(name -> side + "/" + name).forEach(expected::add);
    }
    net.await(expected.stream().sorted().toList(), this::paths, "the actors");
  }

  private static StreamHandle open(SessionHandle session, StreamKind kind) {
    StreamHandle stream = TestNet.get(session.openStream(kind));
    stream.port().offer(ByteString.fromString("hello"));
    return stream;
  }

  /** The drawn actors as paths, with the connection below the listener below the dialer as well. */
  private static Set<String> drawn() throws IOException {
    Set<String> paths = new TreeSet<>(Set.of("/system/ahti"));
    List<String> above = new ArrayList<>(List.of("/system/ahti"));
    for (String line : Files.readAllLines(PAGE)) {
      Matcher drawn = DRAWN.matcher(line.strip());
      if (drawn.matches()) {
        int depth = drawn.group(1).length() / 3;
        above.subList(depth + 1, above.size()).clear();
        above.add(above.get(depth) + "/" + drawn.group(2).replace(' ', '-'));
        paths.add(above.get(depth + 1));
      }
    }
    String accepted = "/system/ahti/listener-NAME/";
    for (String path : Set.copyOf(paths)) {
      if (path.startsWith(accepted)) {
        paths.add(path.replace(accepted, "/system/ahti/dialer/"));
      }
    }
    return paths;
  }

  /** The actors that live, with names as they are drawn. */
  private Set<String> kinds() {
    return paths().stream()
        .map(path -> path.replace("listener-wire", "listener-NAME"))
        .map(path -> path.replaceAll("(connection|group)-[0-9]+", "$1-N"))
        .map(path -> path.replaceAll("(session|stream)-[0-9]+", "$1-ID"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource
  void actorsAreThoseOfTheDesignWhileSessionsAreOpenAndGoWithThem(Wire wire) throws Exception {
    int port =
        net.listen(wire.dialects, ServerTls.of(TestCertificate.shared()), wire.versions)
            .address()
            .getPort();
    assertEquals(List.of("/system/ahti", "/system/ahti/listener-wire"), paths());

    SessionHandle first = dial(port, wire);
    SessionHandle firstPeer = net.session();
    SessionHandle second = dial(port, wire);
    SessionHandle secondPeer = net.session();
    net.ahti.whenStopped(net.kit.system().deadLetters(), first, () -> {});
    net.ahti.forget(net.kit.system().deadLetters(), first);
    String one = "session-" + first.id();
    String two = "session-" + second.id();
    assertNotEquals(one, two);
    awaitOnBothSides("transport", one, two);

    String both = one + "/stream-" + open(first, StreamKind.BIDIRECTIONAL).port().id();
    String oneWay = two + "/stream-" + open(secondPeer, StreamKind.UNIDIRECTIONAL).port().id();
    awaitOnBothSides("transport", one, both, two, oneWay);

    List<SendGroupHandle> groups =
        List.of(
            first.createSendGroup(),
            firstPeer.createSendGroup(),
            second.createSendGroup(),
            secondPeer.createSendGroup());
    String groupOfFirst = one + "/group-1";
    String groupOfSecond = two + "/group-1";
    awaitOnBothSides("transport", one, both, groupOfFirst, two, oneWay, groupOfSecond);
    assertEquals(drawn(), kinds(), PAGE::toString);

    first.close(7, "");
    assertEquals(7, TestNet.get(firstPeer.closed()).code());
    awaitOnBothSides("transport", two, oneWay, groupOfSecond);

    second.close(7, "");
    net.await(ALWAYS, this::paths, "the actors");
    // A group that nobody holds any more would have ended before its session.
    Reference.reachabilityFence(groups);
  }
}
