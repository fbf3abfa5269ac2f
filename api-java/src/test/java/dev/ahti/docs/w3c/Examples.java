package dev.ahti.docs.w3c;

import static dev.ahti.docs.w3c.Await.await;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportAbortException;
import dev.ahti.webtransport.WebTransportDatagramsReader;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportReceiveStreamReader;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The examples of section 15 of the W3C text, with its names. What it leaves to the page's own
 * globals, an actor system and options to connect with, is in the constructor.
 */
final class Examples {
  private final ActorSystem<?> system;
  private final WebTransportOptions options;

  Examples(ActorSystem<?> system, WebTransportOptions options) {
    this.system = system;
    this.options = options;
  }

  private WebTransport newWebTransport(String url) {
    return WebTransport.connect(system, url, options);
  }

  /** Example 1: datagrams are only sent if the transport is ready to send. */
  WebTransport sendDatagrams(String url, List<ByteString> datagrams) {
    WebTransport wt = newWebTransport(url);
    WebTransportDatagramsWriter writer = wt.datagrams().createWritable().getWriter();
    for (ByteString bytes : datagrams) {
      await(writer.ready());
      writer.write(bytes);
    }
    await(writer.close());
    return wt;
  }

  /** Example 2: sends datagrams at a fixed rate, whether the transport is ready or not. */
  Cancellable sendFixedRate(String url, Supplier<ByteString> createDatagram, Duration interval) {
    WebTransport wt = newWebTransport(url);
    WebTransportDatagramsWriter writer = wt.datagrams().createWritable().getWriter();
    ByteString bytes = createDatagram.get();
    return system
        .scheduler()
        .scheduleAtFixedRate(
            Duration.ZERO, interval, () -> writer.write(bytes), system.executionContext());
  }

  /** Example 3: reads datagrams until the session ends. */
  CompletionStage<Done> receiveDatagrams(String url, Consumer<ByteString> process) {
    WebTransport wt = newWebTransport(url);
    return wt.datagrams().readable().runForeach(process::accept, system);
  }

  /** Example 4: reads a datagram into a buffer of one's own. */
  ByteBuffer receiveDatagramIntoBuffer(String url) {
    WebTransport wt = newWebTransport(url);
    WebTransportDatagramsReader reader = wt.datagrams().getReader();
    ByteBuffer buffer = ByteBuffer.allocate(65536);
    // A datagram comes whole, so one read fills what there is to fill.
    await(reader.read(buffer));
    reader.releaseLock();
    wt.close();
    return buffer.flip();
  }

  /** Example 5: sends data as a one-way stream. */
  WebTransport sendData(String url, ByteString... data) {
    WebTransport wt = newWebTransport(url);
    WebTransportSendStream writable = await(wt.createUnidirectionalStream());
    WebTransportWriter writer = writable.getWriter();
    for (ByteString bytes : data) {
      await(writer.ready());
      writer.write(bytes);
    }
    await(writer.close());
    return wt;
  }

  /** Example 6: sends encoded text. */
  WebTransport sendText(String url, Source<String, NotUsed> readableStreamOfTextData) {
    WebTransport wt = newWebTransport(url);
    WebTransportSendStream writable = await(wt.createUnidirectionalStream());
    await(
        readableStreamOfTextData
            .map(text -> ByteString.fromString(text, StandardCharsets.UTF_8))
            .runWith(writable.sink(), system));
    return wt;
  }

  /** Example 7: consumes every incoming stream by itself, reporting errors per stream. */
  CompletionStage<Done> receiveData(
      String url, Consumer<ByteString> processTheData, Consumer<Throwable> error) {
    WebTransport wt = newWebTransport(url);
    return wt.incomingUnidirectionalStreams()
        .runForeach(
            readable ->
                readable
                    .source()
                    .runForeach(processTheData::accept, system)
                    .exceptionally(
                        e -> {
                          error.accept(e);
                          return Done.getInstance();
                        }),
            system);
  }

  /** Example 8: one stream after the other, so that their text does not interleave. */
  CompletionStage<Done> receiveText(
      String url,
      Supplier<Sink<String, CompletionStage<Done>>> createWritableStreamForTextData,
      Consumer<Throwable> error) {
    WebTransport wt = newWebTransport(url);
    return wt.incomingUnidirectionalStreams()
        .mapAsync(
            1,
            readable ->
                readable
                    .source()
                    .via(textDecoder())
                    .runWith(createWritableStreamForTextData.get(), system)
                    .exceptionally(
                        e -> {
                          error.accept(e);
                          return Done.getInstance();
                        }))
        .runWith(Sink.ignore(), system);
  }

  /** What {@code TextDecoderStream} is: holds back a character that has not come whole. */
  static Flow<ByteString, String, NotUsed> textDecoder() {
    return Flow.<ByteString>create()
        .statefulMap(
            () -> ByteString.emptyByteString(),
            (held, more) -> {
              ByteString all = held.concat(more);
              int whole = Utf8.wholeCharacters(all);
              return Pair.create(
                  all.drop(whole), all.take(whole).decodeString(StandardCharsets.UTF_8));
            },
            held ->
                held.isEmpty()
                    ? Optional.empty()
                    : Optional.of(held.decodeString(StandardCharsets.UTF_8)))
        .filter(text -> !text.isEmpty());
  }

  /** Example 9: the first 1024 bytes of a stream in a single buffer of one's own. */
  ByteBuffer receiveIntoBuffer(String url) {
    WebTransport wt = newWebTransport(url);
    WebTransportReceiveStream receiveStream =
        await(wt.incomingUnidirectionalStreams().runWith(Sink.head(), system));
    WebTransportReceiveStreamReader reader = receiveStream.getReader();
    ByteBuffer buffer = readInto(reader, ByteBuffer.allocate(1024));
    // A page leaves what it does not read to the collector; a program says so.
    await(reader.cancel(0));
    wt.close();
    return buffer;
  }

  private static ByteBuffer readInto(WebTransportReceiveStreamReader reader, ByteBuffer buffer) {
    while (buffer.hasRemaining()) {
      if (await(reader.read(buffer)) == WebTransportReceiveStreamReader.END) {
        break;
      }
    }
    return buffer.flip();
  }

  /** Example 10: sends a chunk only if that does not block on flow control; whether it did. */
  boolean sendTransactionalData(WebTransport wt, ByteString bytes) {
    WebTransportSendStream writable = await(wt.createUnidirectionalStream());
    WebTransportWriter writer = writable.getWriter();
    await(writer.ready());
    try {
      await(writer.atomicWrite(bytes));
      return true;
    } catch (WebTransportAbortException rejectedToAvoidBlockingOnFlowControl) {
      // The stream goes on, as no write that is not atomic waits.
      return false;
    } finally {
      writer.releaseLock();
    }
  }

  /** Example 11: trusts the certificate of this hash. */
  static WebTransport withServerCertificateHash(
      ActorSystem<?> system, String url, ByteString hashValue) {
    WebTransport wt =
        WebTransport.connect(
            system,
            url,
            WebTransportOptions.create()
                .withServerCertificateHashes(new WebTransportHash("sha-256", hashValue)));
    await(wt.ready());
    return wt;
  }
}
