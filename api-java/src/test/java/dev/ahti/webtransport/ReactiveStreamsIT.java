package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.ahti.engine.testkit.LiveActors;
import dev.ahti.webtransport.SessionEnds.Role;
import dev.ahti.webtransport.StreamMembers.Tested;
import dev.ahti.webtransport.StreamMembers.TestedSink;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** The rules of Reactive Streams, for every Source, Sink and Flow of the API. */
@DisplayName("Reactive Streams 1.0.4, sections 1 to 3")
@OverBothBindings
class ReactiveStreamsIT {
  private static final String GRAPHS = "/system/Materializers/StreamSupervisor-[0-9]+/.+";
  private static final ByteString X = StreamMembers.BYTE;

  static Stream<Arguments> sources() {
    return ofBothRoles(StreamMembers.sources().keySet());
  }

  static Stream<Arguments> sinks() {
    return ofBothRoles(StreamMembers.sinks().keySet());
  }

  private static Stream<Arguments> ofBothRoles(Set<String> members) {
    return Stream.of(Role.values())
        .flatMap(role -> new TreeSet<>(members).stream().map(each -> Arguments.of(role, each)));
  }

  static Stream<String> flows() {
    return new TreeSet<>(StreamMembers.flows().keySet()).stream();
  }

  @Test
  void noMemberIsLeftOut() {
    Set<String> walked = new TreeSet<>();
    walked.addAll(StreamMembers.sources().keySet());
    walked.addAll(StreamMembers.sinks().keySet());
    walked.addAll(StreamMembers.flows().keySet());
    // ReconnectStageTest walks it: it makes its sessions itself, and ends with their failure.
    walked.add("WebTransportReconnect.sessions");
    // The source of an answer is the application's own.
    walked.add("Streamed.bytes");
    // TcpSocketIT, TcpServerSocketIT and UdpSocketIT: they have no session.
    walked.add("TcpServerSocketOpenInfo.readable");
    walked.add("TcpSocketOpenInfo.readable");
    walked.add("TcpSocketOpenInfo.writable");
    walked.add("UdpSocketOpenInfo.readable");
    walked.add("UdpSocketOpenInfo.writable");
    List<Class<?>> streams =
        List.of(
            Source.class,
            Sink.class,
            Flow.class,
            BidiFlow.class,
            RunnableGraph.class,
            Publisher.class,
            Subscriber.class);
    Set<String> members = new TreeSet<>();
    new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.ahti.webtransport", "dev.ahti.sockets")
            .stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.getPackageName().endsWith(".impl"))
            .flatMap(type -> type.getMethods().stream())
            .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(method -> streams.stream().anyMatch(method.getRawReturnType()::isAssignableTo))
            .forEach(
                method -> members.add(method.getOwner().getSimpleName() + "." + method.getName()));
    assertEquals(members, walked);
  }

  /** The stages behind those members: one more has to be behind one of them too. */
  @Test
  void noStageIsLeftOut() {
    Set<String> stages = new TreeSet<>();
    new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(
                "dev.ahti.engine",
                "dev.ahti.transport",
                "dev.ahti.webtransport",
                "dev.ahti.sockets")
            .stream()
            .filter(
                type ->
                    type.getRawSuperclass()
                        .map(JavaClass::getName)
                        .filter(
                            name ->
                                name.matches(".*\\.stage\\..*GraphStage.*Value|.*\\.GraphStage"))
                        .isPresent())
            .map(JavaClass::getSimpleName)
            .forEach(stages::add);
    assertEquals(
        Set.of(
            // TcpServerSocketIT
            "AcceptStage",
            // PlainHttpIT walks these: aStreamIsMadeAsTheClientTakesItAndCancelledWithIt,
            // aStreamIsAsLongAsItSaysOrSeenToBeCut.
            "BodyLength",
            "BodySink",
            "DatagramSinkStage",
            "DatagramSourceStage",
            "DuplexStage",
            "IncomingStreamsStage",
            "MessageDecoderStage",
            // ReconnectStageTest walks it: it makes its sessions itself.
            "ReconnectStage",
            "ReceiveStage",
            "SendStage",
            "SnapshotsStage",
            // UdpSocketIT
            "UdpSinkStage",
            "UdpSourceStage"),
        stages);
  }

  private interface SourceRule {
    void check(SessionEnds ends, Tested tested, RecordingSubscriber<Object> seen) throws Exception;
  }

  /** The rule, and then those that hold for every signal, until nothing is left. */
  private static void source(Role role, String member, SourceRule rule) throws Exception {
    RecordingSubscriber<Object> seen = new RecordingSubscriber<>();
    SessionEnds.with(
        role,
        ends -> {
          Tested tested = StreamMembers.sources().get(member).of(ends);
          publisher(tested.source(), ends).subscribe(seen);
          rule.check(ends, tested, seen);
          // The last statistics wait for who asked for them.
          seen.cancel();
        });
    seen.assertRulesKept();
  }

  private static Publisher<Object> publisher(Source<?, ?> source, SessionEnds ends) {
    return source
        .map(Object.class::cast)
        .runWith(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), ends.loopback().system);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sources")
  @DisplayName("1.1: no more elements than were asked for")
  void nothingComesWithoutDemand(Role role, String member) throws Exception {
    source(
        role,
        member,
        (ends, tested, seen) -> {
          tested.offer();
          seen.take();
          for (int i = 0; i < 3; i++) {
            tested.offer();
            await(ends.mine().getStats());
            seen.assertNothingCame();
            seen.take();
          }
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sources")
  @DisplayName("3.9: asking for nothing is an error")
  void askingForNothingFails(Role role, String member) throws Exception {
    source(
        role,
        member,
        (ends, tested, seen) -> {
          seen.request(0);
          assertInstanceOf(IllegalArgumentException.class, seen.end());
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sources")
  @DisplayName("1.8, 3.12, 3.13: who cancels hears nothing more, and is let go")
  void cancelIsTheEnd(Role role, String member) throws Exception {
    source(
        role,
        member,
        (ends, tested, seen) -> {
          tested.offer();
          seen.take();
          seen.cancel();
          seen.cancel();
          Loopback.eventually("no graph is left", () -> graphs(ends) == 0);
          tested.assertCancelled();
          seen.request(1);
          seen.assertNothingCame();
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sources")
  @DisplayName("1.4, 1.7: a failure is told once, without demand")
  void theFailureOfTheSessionIsTold(Role role, String member) throws Exception {
    source(
        role,
        member,
        (ends, tested, seen) -> {
          seen.request(0x7fff_ffff_ffff_ffffL);
          fail(ends.mine(), ends);
          assertInstanceOf(WebTransportError.class, seen.end());
        });
    source(
        role,
        member,
        (ends, tested, seen) -> {
          fail(ends.mine(), ends);
          assertInstanceOf(WebTransportError.class, seen.end());
          Loopback.eventually("no graph is left", () -> graphs(ends) == 0);
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sources")
  @DisplayName("1.10: another materialization is refused, or has its own elements")
  void aSecondMaterializationDoesNotTakeFromTheFirst(Role role, String member) throws Exception {
    source(
        role,
        member,
        (ends, tested, seen) -> {
          // Running, and not only under way: that the first is the first.
          tested.offer();
          seen.take();
          RecordingSubscriber<Object> second = new RecordingSubscriber<>();
          publisher(tested.source(), ends).subscribe(second);
          if (tested.isShared()) {
            second.take();
            second.cancel();
          } else {
            IllegalStateException refused =
                assertInstanceOf(IllegalStateException.class, second.end());
            assertTrue(refused.getMessage().contains("(expected: "), refused.getMessage());
          }
          tested.offer();
          seen.take();
          second.assertRulesKept();
        });
  }

  private interface SinkRule {
    void check(
        SessionEnds ends,
        TestedSink tested,
        RecordingSubscription<ByteString> upstream,
        CompletionStage<Done> done)
        throws Exception;
  }

  private static void sink(Role role, String member, SinkRule rule) throws Exception {
    SessionEnds.with(
        role,
        ends -> {
          TestedSink tested = StreamMembers.sinks().get(member).of(ends);
          Pair<Subscriber<ByteString>, CompletionStage<Done>> run = run(tested, ends);
          RecordingSubscription<ByteString> upstream = new RecordingSubscription<>(run.first());
          rule.check(ends, tested, upstream, run.second());
          ends.mine().close();
          await(ends.theirs().closed());
          Loopback.eventually("no graph is left", () -> graphs(ends) == 0);
          upstream.assertRulesKept();
        });
  }

  private static Pair<Subscriber<ByteString>, CompletionStage<Done>> run(
      TestedSink tested, SessionEnds ends) throws Exception {
    return Source.<ByteString>asSubscriber()
        .toMat(tested.sink(), Keep.both())
        .run(ends.loopback().system);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.1: asks for elements, and takes them")
  void asksForWhatItTakes(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) -> {
          for (int i = 0; i < 40; i++) {
            upstream.give(X);
            assertEquals(Optional.of(X), tested.received());
            // What Pekko keeps in front of a stage.
            assertTrue(upstream.asked() <= 16, "asked for " + upstream.asked());
          }
          assertFalse(done.toCompletableFuture().isDone());
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.3: takes the end as the end")
  void theEndOfTheUpstreamIsPassedOn(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) -> {
          upstream.give(X);
          upstream.complete();
          await(done);
          assertEquals(Optional.of(X), tested.received());
          tested.assertCompleted();
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.4: takes a failure as the end")
  void theFailureOfTheUpstreamIsPassedOn(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) -> {
          upstream.give(X);
          assertEquals(Optional.of(X), tested.received());
          WebTransportError why = WebTransportError.stream("seven", 7);
          upstream.fail(why);
          assertSame(why, failure(done));
          tested.assertFailed();
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.6, 2.8: cancels once when the other end wants no more")
  void theOtherEndCancels(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) -> {
          upstream.give(X);
          assertEquals(Optional.of(X), tested.received());
          if (tested.stop()) {
            upstream.awaitCancel();
            assertInstanceOf(WebTransportError.class, failure(done));
          } else {
            // Datagrams cannot be refused; only the session ends.
            ends.theirs().close();
            upstream.awaitCancel();
            await(done);
          }
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.6, 2.8: cancels once when the session fails")
  void theFailureOfTheSessionCancels(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) -> {
          fail(ends.mine(), ends);
          upstream.awaitCancel();
          assertInstanceOf(WebTransportError.class, failure(done));
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.5: one upstream at a time")
  void aSecondMaterializationIsRefused(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) -> {
          // Running, and not only under way: that the first is the first.
          upstream.give(X);
          assertEquals(Optional.of(X), tested.received());
          Pair<Subscriber<ByteString>, CompletionStage<Done>> second = run(tested, ends);
          RecordingSubscription<ByteString> other = new RecordingSubscription<>(second.first());
          other.awaitCancel();
          IllegalStateException refused =
              assertInstanceOf(IllegalStateException.class, failure(second.second()));
          assertTrue(refused.getMessage().contains("(expected: "), refused.getMessage());
          upstream.give(X);
          assertEquals(Optional.of(X), tested.received());
          assertFalse(upstream.isCancelled());
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("sinks")
  @DisplayName("2.13: null is no element")
  void nullIsRefused(Role role, String member) throws Exception {
    sink(
        role,
        member,
        (ends, tested, upstream, done) ->
            assertThrows(NullPointerException.class, () -> upstream.give(null)));
  }

  private interface FlowRule {
    void check(RecordingSubscription<ByteString> upstream, RecordingSubscriber<ByteString> seen)
        throws Exception;
  }

  private static void flow(String member, FlowRule rule) throws Exception {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "flows");
    try {
      // Materialized any number of times, each by itself.
      Flow<ByteString, ByteString, ?> flow = StreamMembers.flows().get(member);
      for (int i = 0; i < 2; i++) {
        RecordingSubscriber<ByteString> seen = new RecordingSubscriber<>();
        Pair<Subscriber<ByteString>, Publisher<ByteString>> run =
            Source.<ByteString>asSubscriber()
                .via(flow)
                .toMat(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), Keep.both())
                .run(system);
        run.second().subscribe(seen);
        RecordingSubscription<ByteString> upstream = new RecordingSubscription<>(run.first());
        rule.check(upstream, seen);
        Loopback.eventually(
            "no graph is left", () -> LiveActors.matching(system, GRAPHS).isEmpty());
        upstream.assertRulesKept();
        seen.assertRulesKept();
      }
    } finally {
      system.terminate();
    }
  }

  /** An empty message, in either direction of each of them. */
  private static ByteString message() {
    return ByteString.fromInts(0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("flows")
  void flowsMeetDemandAndPassTheEndOn(String member) throws Exception {
    flow(
        member,
        (upstream, seen) -> {
          for (int i = 0; i < 40; i++) {
            upstream.give(message());
            seen.assertNothingCame();
            seen.take();
          }
          assertTrue(upstream.asked() <= 16, "asked for " + upstream.asked());
          upstream.complete();
          assertSame(RecordingSubscriber.COMPLETED, seen.end());
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("flows")
  void flowsPassAFailureOn(String member) throws Exception {
    flow(
        member,
        (upstream, seen) -> {
          upstream.give(message());
          seen.take();
          IllegalStateException why = new IllegalStateException("why");
          upstream.fail(why);
          assertSame(why, seen.end());
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("flows")
  void flowsCancelTheirUpstreamOnce(String member) throws Exception {
    flow(
        member,
        (upstream, seen) -> {
          upstream.give(message());
          seen.take();
          seen.cancel();
          upstream.awaitCancel();
        });
  }

  private static int graphs(SessionEnds ends) {
    return LiveActors.matching(ends.loopback().system, GRAPHS).size();
  }

  /** Ends a session abruptly, as its user sees it. */
  private static void fail(WebTransport session, SessionEnds ends) throws Exception {
    ActorRef<String> owner =
        ends.loopback()
            .system
            .systemActorOf(
                Behaviors.<String>receiveMessage(any -> Behaviors.stopped()),
                "owner",
                Props.empty());
    session.ownedBy(owner);
    owner.tell("stop");
    assertInstanceOf(WebTransportError.class, failure(session.closed()));
  }
}
