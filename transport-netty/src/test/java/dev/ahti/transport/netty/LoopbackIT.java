package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.util.OptionalLong;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class LoopbackIT {
  private static final Fields CONNECT =
      Fields.empty()
          .with(":method", "CONNECT")
          .with(":scheme", "https")
          .with(":authority", "127.0.0.1")
          .with(":path", "/echo")
          .with(":protocol", "webtransport");

  /** A client's session, accepted by the server. */
  private record Session(
      long id,
      StreamPort clientBody,
      StreamPort serverBody,
      TestProbe<TransportCommand.IncomingStream> clientStreams,
      TestProbe<TransportCommand.IncomingStream> serverStreams,
      TransportCommand.SessionAttached clientAttached,
      TransportCommand.SessionAttached serverAttached) {}

  static StreamPort open(TestNet net, TestNet.Side side, long session, StreamKind kind) {
    TestProbe<TransportCommand.OpenResult> reply = net.kit.createTestProbe();
    side.tell(new TransportCommand.OpenStream(session, kind, reply.ref()));
    return reply.expectMessageClass(TransportCommand.OpenResult.Opened.class).port();
  }

  private static Session session(TestNet net, TestNet.Pair pair) {
    TestProbe<TransportCommand.RequestStarted> started = net.kit.createTestProbe();
    pair.client().tell(new TransportCommand.Request(CONNECT, started.ref()));
    TransportCommand.RequestStarted.Started request =
        started.expectMessageClass(TransportCommand.RequestStarted.Started.class);
    TransportEvent.RequestReceived received =
        pair.server().expect(TransportEvent.RequestReceived.class);
    assertEquals(request.id(), received.id());
    assertEquals(CONNECT, received.fields());
    pair.server()
        .tell(
            new TransportCommand.Respond(
                received.id(),
                Fields.empty().with(":status", "200"),
                ByteString.emptyByteString(),
                false));
    TransportEvent.ResponseReceived response =
        pair.client().expect(TransportEvent.ResponseReceived.class);
    assertEquals("200", response.fields().get(":status").orElseThrow());
    TestProbe<TransportCommand.IncomingStream> clientStreams = net.kit.createTestProbe();
    TestProbe<TransportCommand.IncomingStream> serverStreams = net.kit.createTestProbe();
    TestProbe<TransportCommand.SessionAttached> attached = net.kit.createTestProbe();
    pair.client()
        .tell(
            new TransportCommand.AttachSession(request.id(), clientStreams.ref(), attached.ref()));
    TransportCommand.SessionAttached clientAttached = attached.receiveMessage();
    pair.server()
        .tell(
            new TransportCommand.AttachSession(request.id(), serverStreams.ref(), attached.ref()));
    return new Session(
        request.id(),
        request.body(),
        received.body(),
        clientStreams,
        serverStreams,
        clientAttached,
        attached.receiveMessage());
  }

  @Test
  void echoesOnAClientOpenedStream() {
    try (TestNet net = new TestNet()) {
      TestNet.Pair pair = net.pair();
      Session session = session(net, pair);
      StreamPort port = open(net, pair.client(), session.id(), StreamKind.BIDIRECTIONAL);
      PortProbe client = new PortProbe(port);
      client.write(ByteString.fromString("hello"));
      port.finish();
      TransportCommand.IncomingStream incoming = session.serverStreams().receiveMessage();
      assertEquals(StreamKind.BIDIRECTIONAL, incoming.kind());
      PortProbe server = new PortProbe(incoming.port());
      ByteString question = server.all();
      assertEquals("hello", question.utf8String());
      server.write(question);
      incoming.port().finish();
      assertEquals("hello", client.all().utf8String());
      assertEquals(WriteEnd.Finished.INSTANCE, client.writeEnd());
      assertEquals(WriteEnd.Finished.INSTANCE, server.writeEnd());
    }
  }

  @Test
  void carriesResetAndStopCodesOf62Bits() {
    try (TestNet net = new TestNet()) {
      TestNet.Pair pair = net.pair();
      Session session = session(net, pair);
      StreamPort port = open(net, pair.client(), session.id(), StreamKind.BIDIRECTIONAL);
      PortProbe client = new PortProbe(port);
      port.reset(0x52e4a40fa905L);
      TransportCommand.IncomingStream incoming = session.serverStreams().receiveMessage();
      PortProbe server = new PortProbe(incoming.port());
      assertEquals(new Inbound.Reset(0x52e4a40fa905L), server.end());
      port.stopSending(0x52e5ac983162L);
      assertEquals(new WriteEnd.Stopped(OptionalLong.empty()), server.writeEnd());
      assertEquals(new WriteEnd.Reset(0x52e4a40fa905L), client.writeEnd());
      assertInstanceOf(Inbound.Lost.class, client.end());
    }
  }
}
