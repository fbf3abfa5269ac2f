package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** W3C WebTransport, sections 4 and 5: bounds, ages, orders and outcomes of datagrams. */
@OverBothBindings
class DatagramBoundsIT {

  /** Whose session is looked at; the other end is the peer. */
  enum Role {
    CLIENT,
    SERVER
  }

  private interface Body {
    void run(WebTransport near, WebTransport far) throws Exception;
  }

  private static void between(Role role, Body body) throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    try (Loopback loopback = Loopback.start(Map.of("/", accepted::add))) {
      WebTransport client = loopback.connect("/");
      WebTransport server = accepted.poll(10, TimeUnit.SECONDS);
      if (role == Role.CLIENT) {
        body.run(client, server);
      } else {
        body.run(server, client);
      }
      client.close();
    }
  }

  private static ByteString text(String text) {
    return ByteString.fromString(text);
  }

  /** Runs on the session's loop, where nothing is sent meanwhile. */
  private static <T> T onLoop(WebTransport session, java.util.concurrent.Callable<T> task)
      throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    session
        .materializer()
        .executionContext()
        .execute(
            () -> {
              try {
                result.complete(task.call());
              } catch (Throwable failure) {
                result.completeExceptionally(failure);
              }
            });
    return await(result);
  }

  private static List<WebTransportDatagramResult> results(
      List<CompletionStage<WebTransportDatagramResult>> sent) throws Exception {
    List<WebTransportDatagramResult> results = new ArrayList<>();
    for (CompletionStage<WebTransportDatagramResult> each : sent) {
      results.add(await(each));
    }
    return results;
  }

  private static String read(WebTransportDatagramsReader reader, int count) throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      all.append(await(reader.read()).orElseThrow().utf8String());
    }
    return all.toString();
  }

  private static WebTransportDatagramStats stats(WebTransport session) {
    return session.datagrams().getStats().toCompletableFuture().join();
  }

  @ParameterizedTest
  @EnumSource
  void aHigherOrderGoesFirstAndAChangeCountsFromTheNextOneOn(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          WebTransportDatagramsReader reader = far.datagrams().getReader();
          WebTransportDatagramsWritable a =
              near.datagrams().createWritable(WebTransportSendOptions.create().withSendOrder(1));
          WebTransportDatagramsWritable b =
              near.datagrams().createWritable(WebTransportSendOptions.create().withSendOrder(2));
          WebTransportDatagramsWritable c = near.datagrams().createWritable();
          assertEquals(List.of(1L, 2L, 0L), List.of(a.sendOrder(), b.sendOrder(), c.sendOrder()));
          var writers = List.of(a.getWriter(), b.getWriter(), c.getWriter());
          onLoop(near, () -> writeThrice(writers));
          assertEquals("bbbaaaccc", read(reader, 9));
          onLoop(
              near,
              () -> {
                writeThrice(writers);
                c.setSendOrder(9);
                b.setSendOrder(-1);
                return null;
              });
          assertEquals("cccaaabbb", read(reader, 9));
        });
  }

  private static Void writeThrice(List<WebTransportDatagramsWriter> writers) {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < writers.size(); i++) {
        writers.get(i).write(text("" + (char) ('a' + i)));
      }
    }
    return null;
  }

  @ParameterizedTest
  @EnumSource
  void whatWaitsForTooLongIsNotSentAndSaysSo(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          near.datagrams().setOutgoingMaxAge(Duration.ofNanos(1));
          assertEquals(Optional.of(Duration.ofNanos(1)), near.datagrams().outgoingMaxAge());
          WebTransportDatagramsWriter writer = near.datagrams().createWritable().getWriter();
          var sent =
              onLoop(
                  near,
                  () -> {
                    var result = writer.send(text("old"));
                    long before = System.nanoTime();
                    while (System.nanoTime() - before < 10) {
                      Thread.onSpinWait();
                    }
                    return List.of(result);
                  });
          assertEquals(List.of(WebTransportDatagramResult.EXPIRED), results(sent));
          assertEquals(OptionalLong.of(1), stats(near).expiredOutgoing());
          near.datagrams().setOutgoingMaxAge(Duration.ZERO);
          assertEquals(Optional.empty(), near.datagrams().outgoingMaxAge());
          assertEquals(WebTransportDatagramResult.SENT, await(writer.send(text("young"))));
          assertEquals("young", read(far.datagrams().getReader(), 1));
        });
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotReadInTimeIsDroppedAndCounted(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          near.datagrams().setIncomingMaxAge(Duration.ofMillis(1));
          WebTransportDatagramsWriter writer = far.datagrams().createWritable().getWriter();
          await(writer.write(text("old")));
          Loopback.eventually(
              "it is overdue", () -> stats(near).expiredIncoming().getAsLong() == 1);
          near.datagrams().setIncomingMaxAge(null);
          await(writer.write(text("young")));
          assertEquals("young", read(near.datagrams().getReader(), 1));
          assertEquals(OptionalLong.of(2), stats(near).received());
          assertEquals(OptionalLong.empty(), stats(near).lostOutgoing());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWriteWaitsAtTheBoundAndOneMoreCostsTheOldest(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          near.datagrams().setOutgoingMaxBufferedDatagrams(2);
          WebTransportDatagramsWriter writer = near.datagrams().createWritable().getWriter();
          var last = new CompletableFuture<CompletionStage<Done>>();
          onLoop(
              near,
              () -> {
                assertEquals(OptionalInt.of(2), writer.desiredSize());
                assertTrue(writer.write(text("a")).toCompletableFuture().isDone());
                CompletionStage<Done> second = writer.write(text("b"));
                CompletionStage<Done> ready = writer.ready();
                assertFalse(second.toCompletableFuture().isDone(), "two wait");
                assertFalse(ready.toCompletableFuture().isDone(), "two wait");
                assertEquals(OptionalInt.of(0), writer.desiredSize());
                last.complete(writer.write(text("c")).thenCombine(ready, (done, room) -> done));
                return null;
              });
          await(last.join());
          assertEquals("bc", read(far.datagrams().getReader(), 2));
          assertEquals(OptionalLong.of(1), stats(near).droppedOutgoing());
          await(writer.ready());
        });
  }

  @ParameterizedTest
  @EnumSource
  void thePolicySaysWhichOneGoes(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          near.datagrams().setOutgoingMaxBufferedDatagrams(2);
          WebTransportDatagramsWritable writable = near.datagrams().createWritable();
          WebTransportDatagramsWriter writer = writable.getWriter();
          WebTransportDatagramsReader reader = far.datagrams().getReader();
          writable.setPolicy(WebTransportDatagramPolicy.dropNewest());
          assertEquals("DROPPED", outcomes(near, writer, "a", "b", "c").get(2));
          assertEquals("ab", read(reader, 2));
          writable.setPolicy(
              WebTransportDatagramPolicy.latestPerKey(bytes -> bytes.utf8String().charAt(0)));
          assertEquals(
              List.of("DROPPED", "SENT", "SENT"), outcomes(near, writer, "x1", "y1", "x2"));
          assertEquals("x2y1", read(reader, 2));
          writable.setPolicy(WebTransportDatagramPolicy.dropOldest());
          assertEquals("DROPPED", outcomes(near, writer, "a", "b", "c").get(0));
          assertEquals("bc", read(reader, 2));
        });
  }

  private static List<String> outcomes(
      WebTransport near, WebTransportDatagramsWriter writer, String... texts) throws Exception {
    var sent =
        onLoop(
            near,
            () -> {
              List<CompletionStage<WebTransportDatagramResult>> all = new ArrayList<>();
              for (String each : texts) {
                all.add(writer.send(text(each)));
              }
              return all;
            });
    return results(sent).stream().map(Enum::name).toList();
  }

  @ParameterizedTest
  @EnumSource
  void theTooLargeIsDroppedInSilenceOrSaysSo(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          WebTransportDatagramsWriter writer = near.datagrams().createWritable().getWriter();
          ByteString large = ByteString.fromArray(new byte[near.datagrams().maxDatagramSize() + 1]);
          await(writer.write(large));
          assertEquals(WebTransportDatagramResult.TOO_LARGE, await(writer.send(large)));
          assertEquals(OptionalLong.of(2), stats(near).tooLargeOutgoing());
        });
  }

  @ParameterizedTest
  @EnumSource
  void incomingBoundsAndPoliciesAreLive(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          WebTransportDatagramsWriter writer = far.datagrams().createWritable().getWriter();
          for (String each : List.of("a1", "b1", "c1", "d1")) {
            await(writer.write(text(each)));
          }
          Loopback.eventually("all came", () -> stats(near).received().orElseThrow() == 4);
          near.datagrams().setIncomingMaxBufferedDatagrams(2);
          assertEquals(OptionalLong.of(2), stats(near).droppedIncoming());
          assertEquals("c1d1", read(near.datagrams().getReader(), 2));
        });
    between(
        role,
        (near, far) -> {
          near.datagrams()
              .setIncomingPolicy(
                  WebTransportDatagramPolicy.latestPerKey(bytes -> bytes.utf8String().charAt(0)));
          WebTransportDatagramsWriter writer = far.datagrams().createWritable().getWriter();
          for (String each : List.of("a1", "b1", "a2")) {
            await(writer.write(text(each)));
          }
          Loopback.eventually("all came", () -> stats(near).received().orElseThrow() == 3);
          assertEquals("a2b1", read(near.datagrams().getReader(), 2));
        });
    between(
        role,
        (near, far) -> {
          near.datagrams().setIncomingMaxBufferedDatagrams(2);
          near.datagrams().setIncomingPolicy(WebTransportDatagramPolicy.dropNewest());
          WebTransportDatagramsWriter writer = far.datagrams().createWritable().getWriter();
          for (String each : List.of("a", "b", "c", "d")) {
            await(writer.write(text(each)));
          }
          Loopback.eventually("all came", () -> stats(near).received().orElseThrow() == 4);
          assertEquals(OptionalLong.of(2), stats(near).droppedIncoming());
          assertEquals("ab", read(near.datagrams().getReader(), 2));
        });
  }

  @ParameterizedTest
  @EnumSource
  void whoSetsNoAgeHasTheConfiguredOne(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        "ahti.session.datagrams.incoming-max-age = 50 ms",
        ends -> {
          WebTransportDatagramDuplexStream datagrams = ends.mine().datagrams();
          assertEquals(Optional.empty(), datagrams.incomingMaxAge());
          WebTransportDatagramsWriter writer =
              ends.theirs().datagrams().createWritable().getWriter();
          await(writer.write(text("old")));
          Loopback.eventually(
              "it is overdue", () -> stats(ends.mine()).expiredIncoming().getAsLong() == 1);
          datagrams.setIncomingMaxAge(Duration.ofHours(1));
          await(writer.write(text("kept")));
          Loopback.eventually("it came", () -> stats(ends.mine()).received().getAsLong() == 2);
          // Zero is the text's word for the default, and null is ours.
          for (Duration none : new Duration[] {Duration.ZERO, null}) {
            datagrams.setIncomingMaxAge(Duration.ofHours(1));
            datagrams.setIncomingMaxAge(none);
            assertEquals(Optional.empty(), datagrams.incomingMaxAge());
          }
          Loopback.eventually(
              "it is overdue too", () -> stats(ends.mine()).expiredIncoming().getAsLong() == 2);
        });
  }

  @Test
  void theDefaultAgesAreThoseOfTheDocuments() {
    var config = com.typesafe.config.ConfigFactory.load().getConfig("ahti.session.datagrams");
    assertEquals(Duration.ofSeconds(60), config.getDuration("incoming-max-age"));
    assertEquals(Duration.ofSeconds(30), config.getDuration("outgoing-max-age"));
  }

  @ParameterizedTest
  @EnumSource
  void aReaderFillsTheBufferOfTheCaller(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          WebTransportDatagramsWriter writer = far.datagrams().createWritable().getWriter();
          WebTransportDatagramsReader reader = near.datagrams().getReader();
          CompletionStage<Integer> small = reader.read(ByteBuffer.allocate(4));
          await(writer.write(text("hello")));
          await(writer.write(ByteString.emptyByteString()));
          assertInstanceOf(WebTransportRangeException.class, Loopback.failure(small));
          ByteBuffer buffer = ByteBuffer.allocate(8);
          assertEquals(5, await(reader.read(buffer)));
          assertEquals("hello", text(new String(buffer.array(), 0, 5)).utf8String());
          assertEquals(5, buffer.position());
          assertEquals(0, await(reader.read(buffer)));
          WebTransportDatagramsReader second = near.datagrams().getReader();
          assertInstanceOf(WebTransportTypeException.class, Loopback.failure(second.read()));
          CompletionStage<Integer> end = reader.read(buffer);
          far.close();
          assertEquals(WebTransportDatagramsReader.END, await(end));
          assertEquals(Optional.empty(), await(reader.read()));
          reader.releaseLock();
          assertInstanceOf(WebTransportTypeException.class, Loopback.failure(reader.read()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void bytesHaveNoEmptyDatagrams(Role role) throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    boolean ofTheServer = role == Role.SERVER;
    ReadableStreamType bytes = ReadableStreamType.BYTES;
    try (Loopback loopback =
        Loopback.start(
            "",
            Map.of("/", accepted::add),
            server -> ofTheServer ? server.withDatagramsReadableType(bytes) : server)) {
      WebTransport client =
          loopback.connect(
              "/",
              ofTheServer
                  ? loopback.trusting()
                  : loopback.trusting().withDatagramsReadableType(bytes));
      WebTransport server = accepted.poll(10, TimeUnit.SECONDS);
      WebTransport mine = ofTheServer ? server : client;
      WebTransport theirs = ofTheServer ? client : server;
      for (WebTransport from : List.of(theirs, mine)) {
        WebTransportDatagramsWriter writer = from.datagrams().createWritable().getWriter();
        await(writer.write(ByteString.emptyByteString()));
        await(writer.write(text("a")));
      }
      assertEquals("a", read(mine.datagrams().getReader(), 1));
      assertEquals(OptionalLong.of(2), stats(mine).received());
      // The other end has whole datagrams, as nothing else was said.
      assertEquals("", read(theirs.datagrams().getReader(), 1));
      client.close();
    }
  }

  @Test
  void whatIsWrittenWhileConnectingWaitsWithinTheBound() throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    try (Loopback loopback = Loopback.start(Map.of("/", accepted::add))) {
      WebTransport client =
          WebTransport.connect(loopback.system, loopback.binding.url() + "/", loopback.trusting());
      client.datagrams().setOutgoingMaxBufferedDatagrams(2);
      WebTransportDatagramsWriter writer = client.datagrams().createWritable().getWriter();
      CompletionStage<WebTransportDatagramResult> a = writer.send(text("a"));
      CompletionStage<WebTransportDatagramResult> b = writer.send(text("b"));
      CompletionStage<WebTransportDatagramResult> c = writer.send(text("c"));
      CompletionStage<Optional<ByteString>> none = client.datagrams().getReader().read();
      assertFalse(client.ready().toCompletableFuture().isDone(), "written too late");
      assertEquals(
          List.of(
              WebTransportDatagramResult.DROPPED,
              WebTransportDatagramResult.SENT,
              WebTransportDatagramResult.SENT),
          results(List.of(a, b, c)));
      WebTransport server = accepted.poll(10, TimeUnit.SECONDS);
      assertEquals("bc", read(server.datagrams().getReader(), 2));
      await(server.datagrams().createWritable().getWriter().write(text("d")));
      assertEquals("d", await(none).orElseThrow().utf8String());
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void readerAndWriterTellTheEndToWhoOnlyWaitsForIt(Role role) throws Exception {
    between(
        role,
        (near, far) -> {
          WebTransportDatagramsReader reader = near.datagrams().getReader();
          CompletionStage<Done> read = reader.closed();
          WebTransportDatagramsWritable writable = near.datagrams().createWritable();
          WebTransportDatagramsWriter released = writable.getWriter();
          CompletionStage<Done> left = released.closed();
          released.releaseLock();
          assertInstanceOf(WebTransportTypeException.class, Loopback.failure(left));
          WebTransportDatagramsWriter writer = writable.getWriter();
          CompletionStage<Done> written = writer.closed();
          WebTransportDatagramsWriter other = near.datagrams().createWritable().getWriter();
          CompletionStage<Done> ended = other.closed();
          await(writer.close());
          await(written);
          WebTransportDatagramsReader second = near.datagrams().getReader();
          assertInstanceOf(WebTransportTypeException.class, Loopback.failure(second.closed()));
          assertFalse(read.toCompletableFuture().isDone());
          assertFalse(ended.toCompletableFuture().isDone());
          far.close();
          await(read);
          await(ended);
        });
  }

  @Test
  void theFailureOfTheSessionIsTold() throws Exception {
    try (Loopback loopback = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport session =
          WebTransport.connect(
              loopback.system, loopback.binding.url() + "/nowhere", loopback.trusting());
      CompletionStage<Done> read = session.datagrams().getReader().closed();
      CompletionStage<Done> written = session.datagrams().createWritable().getWriter().closed();
      assertInstanceOf(WebTransportError.class, Loopback.failure(read));
      assertInstanceOf(WebTransportError.class, Loopback.failure(written));
    }
  }

  @Test
  void refusesWhatTheTextRefuses() throws Exception {
    between(
        Role.CLIENT,
        (near, far) -> {
          WebTransportDatagramDuplexStream datagrams = near.datagrams();
          datagrams.setIncomingMaxBufferedDatagrams(0);
          datagrams.setOutgoingMaxBufferedDatagrams(-7);
          assertEquals(1, datagrams.incomingMaxBufferedDatagrams());
          assertEquals(1, datagrams.outgoingMaxBufferedDatagrams());
          datagrams.setIncomingHighWaterMark(0.5);
          datagrams.setOutgoingHighWaterMark(Double.POSITIVE_INFINITY);
          assertEquals(1, datagrams.incomingHighWaterMark());
          assertEquals(8192, datagrams.outgoingHighWaterMark());
          for (double wrong : new double[] {-1, Double.NaN}) {
            assertThrows(
                WebTransportRangeException.class, () -> datagrams.setIncomingHighWaterMark(wrong));
            assertThrows(
                WebTransportRangeException.class, () -> datagrams.setOutgoingHighWaterMark(wrong));
          }
          Duration negative = Duration.ofMillis(-1);
          assertThrows(
              WebTransportRangeException.class, () -> datagrams.setIncomingMaxAge(negative));
          assertThrows(
              WebTransportRangeException.class, () -> datagrams.setOutgoingMaxAge(negative));
          WebTransportDatagramsWritable writable = datagrams.createWritable();
          WebTransportDatagramsWriter writer = writable.getWriter();
          assertThrows(WebTransportTypeException.class, writable::getWriter);
          writer.releaseLock();
          assertInstanceOf(
              WebTransportTypeException.class, Loopback.failure(writer.write(text("late"))));
          WebTransportDatagramsWriter next = writable.getWriter();
          await(next.close());
          assertInstanceOf(
              WebTransportTypeException.class, Loopback.failure(next.write(text("late"))));
          assertEquals(OptionalInt.of(0), next.desiredSize());
          near.close();
          await(near.closed());
          assertThrows(WebTransportInvalidStateException.class, datagrams::createWritable);
        });
  }
}
