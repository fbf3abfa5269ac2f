package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.stream.javadsl.Sink;

/** Both ends of a session; {@code mine} is of the role under test. */
record SessionEnds(Loopback loopback, WebTransport mine, WebTransport theirs) {

  enum Role {
    CLIENT,
    SERVER
  }

  interface Body {
    void run(SessionEnds ends) throws Exception;
  }

  static void with(Role role, Body body) throws Exception {
    with(role, "", body);
  }

  static void with(Role role, String config, Body body) throws Exception {
    BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
    try (Loopback loopback =
        Loopback.start(config, Map.of("/", accepted::add), UnaryOperator.identity())) {
      WebTransport client = loopback.connect("/");
      WebTransport server = accepted.poll(20, TimeUnit.SECONDS);
      body.run(
          role == Role.CLIENT
              ? new SessionEnds(loopback, client, server)
              : new SessionEnds(loopback, server, client));
      client.close();
    }
  }

  WebTransportSendStream open() throws Exception {
    return await(mine.createUnidirectionalStream());
  }

  WebTransportReceiveStream arrived() throws Exception {
    return await(theirs.incomingUnidirectionalStreams().runWith(Sink.head(), loopback.system));
  }
}
