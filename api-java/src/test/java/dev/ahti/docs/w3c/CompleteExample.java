package dev.ahti.docs.w3c;

import static dev.ahti.docs.w3c.Await.await;

import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportDatagramsWriter;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportReliabilityMode;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportWriter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;

/** Example 12: a page with a connect button, a form to send with, and a log of events. */
final class CompleteExample {
  private final ActorSystem<?> system;
  private final WebTransportOptions options;
  private final Consumer<String> log;

  private final AtomicInteger streamNumber = new AtomicInteger();
  private WebTransport wt;
  private WebTransportDatagramsWriter datagramWriter;

  /** Which radio button of the form is chosen. */
  enum SendType {
    DATAGRAM,
    UNIDI,
    BIDI
  }

  CompleteExample(ActorSystem<?> system, WebTransportOptions options, Consumer<String> log) {
    this.system = system;
    this.options = options;
    this.log = log;
  }

  /** The connect button. */
  void connect(String url) {
    try {
      wt = WebTransport.connect(system, url, options);
      addToEventLog("Initiating connection...");
      await(wt.ready());
      addToEventLog(
          (wt.reliability() == WebTransportReliabilityMode.RELIABLE_ONLY ? "TCP" : "UDP")
              + " connection ready.");
      wt.closed()
          .whenComplete(
              (info, failure) ->
                  addToEventLog(
                      failure == null
                          ? "Connection closed normally."
                          : "Connection closed abruptly."));
      streamNumber.set(1);
      datagramWriter = wt.datagrams().createWritable().getWriter();
      readDatagrams();
      acceptUnidirectionalStreams();
    } catch (RuntimeException e) {
      addToEventLog("Connection failed. " + e.getMessage());
    }
  }

  /** The send button. */
  void sendData(SendType sendType, String data) {
    ByteString bytes = ByteString.fromString(data);
    try {
      switch (sendType) {
        case DATAGRAM -> {
          await(datagramWriter.ready());
          datagramWriter.write(bytes);
          addToEventLog("Sent datagram: " + data);
        }
        case UNIDI -> {
          WebTransportSendStream writable = await(wt.createUnidirectionalStream());
          WebTransportWriter writer = writable.getWriter();
          writer.write(bytes);
          await(writer.close());
          addToEventLog("Sent a unidirectional stream with data: " + data);
        }
        case BIDI -> {
          WebTransportBidirectionalStream duplexStream = await(wt.createBidirectionalStream());
          int n = streamNumber.getAndIncrement();
          readFromIncomingStream(duplexStream.readable(), n);
          WebTransportWriter writer = duplexStream.writable().getWriter();
          writer.write(bytes);
          await(writer.close());
          addToEventLog("Sent bidirectional stream #" + n + " with data: " + data);
        }
      }
    } catch (RuntimeException e) {
      addToEventLog("Error while sending data: " + e.getMessage());
    }
  }

  WebTransport session() {
    return wt;
  }

  /** Reads datagrams into the event log until the session ends. */
  private void readDatagrams() {
    wt.datagrams()
        .readable()
        .runForeach(data -> addToEventLog("Datagram received: " + data.utf8String()), system)
        .whenComplete(
            (done, e) ->
                addToEventLog(
                    e == null
                        ? "Done reading datagrams!"
                        : "Error while reading datagrams: " + e.getMessage()));
  }

  private void acceptUnidirectionalStreams() {
    wt.incomingUnidirectionalStreams()
        .runForeach(
            readable -> {
              int number = streamNumber.getAndIncrement();
              addToEventLog("New incoming unidirectional stream #" + number);
              readFromIncomingStream(readable, number);
            },
            system)
        .whenComplete(
            (done, e) ->
                addToEventLog(
                    e == null
                        ? "Done accepting unidirectional streams!"
                        : "Error while accepting streams " + e.getMessage()));
  }

  private void readFromIncomingStream(WebTransportReceiveStream readable, int number) {
    readable
        .source()
        .via(Examples.textDecoder())
        .runForeach(
            data -> addToEventLog("Received data on stream #" + number + ": " + data), system)
        .whenComplete(
            (Done done, Throwable e) ->
                addToEventLog(
                    e == null
                        ? "Stream #" + number + " closed"
                        : "Error while reading from stream #" + number + ": " + e.getMessage()));
  }

  private void addToEventLog(String text) {
    log.accept(text);
  }
}
