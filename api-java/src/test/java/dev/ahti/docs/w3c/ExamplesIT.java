package dev.ahti.docs.w3c;

import static dev.ahti.docs.w3c.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.Bindings;
import dev.ahti.webtransport.OverBothBindings;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every example of section 15 of the W3C text runs, and comes to what that text says. */
@DisplayName("W3C WebTransport, section 15")
@OverBothBindings
class ExamplesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private ActorSystem<Void> system;
  private WebTransportServerBinding binding;
  private Examples examples;
  private String url;

  @BeforeEach
  void serve() {
    system = ActorSystem.create(Behaviors.empty(), "examples", ConfigFactory.load());
    binding =
        await(
            WebTransportServer.create(system)
                .withHttpVersions(Bindings.current())
                .withRoute("/example", accepted::add)
                .bind());
    url = binding.url() + "/example";
    examples = new Examples(system, trusting());
  }

  @AfterEach
  void leavesNothing() {
    Ahti ahti = Ahti.get(system);
    Closing.all(
        () -> await(binding.stop()),
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        LeakPresenceDetector::check);
  }

  private WebTransportOptions trusting() {
    return WebTransportOptions.create()
        .withHttpVersions(Bindings.current())
        .withServerCertificateHashes(binding.certificateHash());
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  private static ByteString bytes(String text) {
    return ByteString.fromString(text);
  }

  private CompletionStage<List<ByteString>> read(WebTransport session, int streams) {
    return session
        .incomingUnidirectionalStreams()
        .take(streams)
        .mapAsync(
            1,
            stream ->
                stream.source().runFold(ByteString.emptyByteString(), ByteString::concat, system))
        .runWith(Sink.seq(), system);
  }

  private void send(WebTransport session, ByteString bytes) {
    await(Source.single(bytes).runWith(await(session.createUnidirectionalStream()).sink(), system));
  }

  @Test
  @DisplayName("example 1: sending a buffer of datagrams")
  void sendDatagrams() throws Exception {
    List<ByteString> datagrams = List.of(bytes("one"), bytes("two"), bytes(""), bytes("three"));
    WebTransport wt = examples.sendDatagrams(url, datagrams);
    List<ByteString> seen =
        await(server().datagrams().readable().take(4).runWith(Sink.seq(), system));
    assertEquals(datagrams, seen);
    wt.close();
  }

  @Test
  @DisplayName("example 2: sending datagrams at a fixed rate")
  void sendFixedRate() throws Exception {
    long begun = System.nanoTime();
    Cancellable rate = examples.sendFixedRate(url, () -> bytes("tick"), Duration.ofMillis(20));
    WebTransport server = server();
    List<ByteString> seen =
        await(server.datagrams().readable().take(5).runWith(Sink.seq(), system));
    assertTrue(System.nanoTime() - begun >= 4 * 20_000_000L, "faster than the rate");
    assertEquals(5, seen.size());
    assertTrue(seen.stream().allMatch(bytes("tick")::equals));
    rate.cancel();
    server.close();
    await(server.closed());
  }

  @Test
  @DisplayName("example 3: receiving datagrams")
  void receiveDatagrams() throws Exception {
    List<ByteString> processed = new ArrayList<>();
    BlockingQueue<ByteString> seen = new LinkedBlockingQueue<>();
    CompletionStage<Done> loop =
        examples.receiveDatagrams(
            url,
            datagram -> {
              processed.add(datagram);
              seen.add(datagram);
            });
    WebTransport server = server();
    for (String text : List.of("a", "b", "c")) {
      await(Source.single(bytes(text)).runWith(server.datagrams().createWritable().sink(), system));
      assertEquals(bytes(text), seen.poll(20, TimeUnit.SECONDS));
    }
    server.close();
    await(loop);
    assertEquals(List.of(bytes("a"), bytes("b"), bytes("c")), processed);
  }

  @Test
  @DisplayName("example 4: receiving datagrams with a BYOB reader")
  void receiveDatagramsWithAByobReader() throws Exception {
    Thread sender =
        new Thread(
            () -> {
              try {
                WebTransport server = server();
                await(
                    Source.single(bytes("into the buffer"))
                        .runWith(server.datagrams().createWritable().sink(), system));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    sender.start();
    assertEquals(
        "into the buffer",
        StandardCharsets.UTF_8.decode(examples.receiveDatagramIntoBuffer(url)).toString());
    sender.join();
  }

  @Test
  @DisplayName("example 5: sending a stream")
  void sendData() throws Exception {
    WebTransport wt = examples.sendData(url, bytes("one, "), bytes("two, "), bytes("three"));
    assertEquals(List.of(bytes("one, two, three")), await(read(server(), 1)));
    wt.close();
  }

  @Test
  @DisplayName("example 6: sending text")
  void sendText() throws Exception {
    WebTransport wt = examples.sendText(url, Source.from(List.of("näin ", "se ", "käy")));
    assertEquals(List.of(bytes("näin se käy")), await(read(server(), 1)));
    wt.close();
  }

  @Test
  @DisplayName("example 7: receiving incoming streams, with errors per stream")
  void receiveData() throws Exception {
    BlockingQueue<ByteString> processed = new LinkedBlockingQueue<>();
    BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    CompletionStage<Done> loop = examples.receiveData(url, processed::add, errors::add);
    WebTransport server = server();
    send(server, bytes("first"));
    assertEquals(bytes("first"), processed.poll(20, TimeUnit.SECONDS));
    await(server.createUnidirectionalStream()).abort(7);
    WebTransportError error =
        assertInstanceOf(WebTransportError.class, unwrapped(errors.poll(20, TimeUnit.SECONDS)));
    assertEquals(OptionalLong.of(7), error.streamErrorCode());
    send(server, bytes("second"));
    assertEquals(bytes("second"), processed.poll(20, TimeUnit.SECONDS));
    server.close();
    await(loop);
  }

  @Test
  @DisplayName("example 8: receiving text, one stream after the other")
  void receiveText() throws Exception {
    BlockingQueue<String> written = new LinkedBlockingQueue<>();
    BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    CompletionStage<Done> loop =
        examples.receiveText(url, () -> Sink.foreach(written::add), errors::add);
    WebTransport server = server();
    // Characters that are cut between chunks come out whole.
    ByteString text = bytes("pääsky, 𐍈");
    var first = await(server.createUnidirectionalStream());
    await(
        Source.range(0, text.size() - 1)
            .map(i -> text.slice(i, i + 1))
            .runWith(first.sink(), system));
    await(server.createUnidirectionalStream()).abort(3);
    send(server, bytes("loppu"));
    StringBuilder all = new StringBuilder();
    while (!all.toString().endsWith("loppu")) {
      all.append(written.poll(20, TimeUnit.SECONDS));
    }
    assertEquals("pääsky, 𐍈loppu", all.toString());
    assertInstanceOf(WebTransportError.class, unwrapped(errors.poll(20, TimeUnit.SECONDS)));
    server.close();
    await(loop);
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof java.util.concurrent.CompletionException
        ? failure.getCause()
        : failure;
  }

  @Test
  @DisplayName("example 9: receiving a stream with a BYOB reader")
  void receiveAStreamWithAByobReader() throws Exception {
    Thread sender =
        new Thread(
            () -> {
              try {
                WebTransport server = server();
                send(server, ByteString.fromArray(new byte[2000]));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    sender.start();
    assertEquals(1024, examples.receiveIntoBuffer(url).remaining());
    sender.join();
  }

  @Test
  @DisplayName("example 10: sending a transactional chunk on a stream")
  void sendTransactionalData() throws Exception {
    WebTransport wt = WebTransport.connect(system, url, trusting());
    await(wt.ready());
    WebTransport server = server();
    assertTrue(examples.sendTransactionalData(wt, ByteString.fromArray(new byte[64 * 1024])));
    // More than any window has room for: rejected, and nothing else happens to the stream.
    assertFalse(examples.sendTransactionalData(wt, ByteString.fromArray(new byte[64 << 20])));
    assertTrue(examples.sendTransactionalData(wt, bytes("small")));
    wt.close();
    await(server.closed());
  }

  @Test
  @DisplayName("example 11: using a server certificate hash")
  void withServerCertificateHash() throws Exception {
    WebTransport wt =
        Examples.withServerCertificateHash(system, url, binding.certificateHash().value());
    assertTrue(wt.ready().toCompletableFuture().isDone());
    wt.close();
    if (Bindings.current() == WebTransportHttpVersion.HTTP_2) {
      // The example dials HTTP/3 as well, which nobody refuses here: it would wait for that.
      return;
    }
    try {
      Examples.withServerCertificateHash(system, url, ByteString.fromArray(new byte[32]));
      assertFalse(true, "another certificate was trusted");
    } catch (WebTransportError refused) {
      assertTrue(refused.getMessage().contains("certificate"), refused.getMessage());
    }
  }

  @Test
  @DisplayName("example 12: the complete example")
  void completeExample() throws Exception {
    BlockingQueue<String> log = new LinkedBlockingQueue<>();
    CompleteExample page = new CompleteExample(system, trusting(), log::add);
    page.connect(url);
    logs(log, "Initiating connection...");
    boolean http3 = Bindings.current() == WebTransportHttpVersion.HTTP_3;
    logs(log, (http3 ? "UDP" : "TCP") + " connection ready.");
    WebTransport server = server();
    var datagram = server.datagrams().readable().runWith(Sink.head(), system);
    page.sendData(CompleteExample.SendType.DATAGRAM, "hei");
    logs(log, "Sent datagram: hei");
    assertEquals(bytes("hei"), await(datagram));
    page.sendData(CompleteExample.SendType.UNIDI, "yksi");
    logs(log, "Sent a unidirectional stream with data: yksi");
    assertEquals(List.of(bytes("yksi")), await(read(server, 1)));

    page.sendData(CompleteExample.SendType.BIDI, "kaksi");
    logs(log, "Sent bidirectional stream #1 with data: kaksi");
    WebTransportBidirectionalStream duplex =
        await(server.incomingBidirectionalStreams().runWith(Sink.head(), system));
    await(Source.single(bytes("vastaus")).via(duplex.flow()).runWith(Sink.ignore(), system));
    logs(log, "Received data on stream #1: vastaus");
    logs(log, "Stream #1 closed");

    send(server, bytes("palvelimelta"));
    logs(log, "New incoming unidirectional stream #2");
    logs(log, "Received data on stream #2: palvelimelta");
    logs(log, "Stream #2 closed");
    await(Source.single(bytes("moi")).runWith(server.datagrams().createWritable().sink(), system));
    logs(log, "Datagram received: moi");

    server.close(WebTransportCloseInfo.of(0));
    List<String> end = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      end.add(log.poll(20, TimeUnit.SECONDS));
    }
    end.sort(null);
    assertEquals(
        List.of(
            "Connection closed normally.",
            "Done accepting unidirectional streams!",
            "Done reading datagrams!"),
        end);
  }

  @Test
  void completeExampleWhereTheConnectionFails() throws Exception {
    BlockingQueue<String> log = new LinkedBlockingQueue<>();
    new CompleteExample(system, trusting(), log::add).connect(binding.url() + "/nowhere");
    logs(log, "Initiating connection...");
    String failed = log.poll(20, TimeUnit.SECONDS);
    assertTrue(failed.startsWith("Connection failed. "), failed);
  }

  private static void logs(BlockingQueue<String> log, String entry) throws InterruptedException {
    assertEquals(entry, log.poll(20, TimeUnit.SECONDS));
  }
}
