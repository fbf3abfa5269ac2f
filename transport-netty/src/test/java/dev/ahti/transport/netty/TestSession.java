package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;

/** A session between two of our own sides, accepted and attached on both. */
public record TestSession(
    long id,
    TestNet.Side client,
    TestNet.Side server,
    StreamPort clientBody,
    StreamPort serverBody,
    TestProbe<TransportCommand.IncomingStream> clientStreams,
    TestProbe<TransportCommand.IncomingStream> serverStreams,
    DatagramPort clientDatagrams,
    DatagramPort serverDatagrams) {

  public static final Fields CONNECT =
      Fields.empty()
          .with(":method", "CONNECT")
          .with(":scheme", "https")
          .with(":authority", "127.0.0.1")
          .with(":path", "/echo")
          .with(":protocol", "webtransport");

  public static final Fields ACCEPTED = Fields.empty().with(":status", "200");

  public static TestSession open(TestNet net, TestNet.Pair pair) {
    TransportCommand.RequestStarted.Started request = request(net, pair.client(), CONNECT);
    TransportEvent.RequestReceived received =
        pair.server().expect(TransportEvent.RequestReceived.class);
    pair.server()
        .tell(
            new TransportCommand.Respond(
                received.id(), ACCEPTED, ByteString.emptyByteString(), false));
    pair.client().expect(TransportEvent.ResponseReceived.class);
    TestProbe<TransportCommand.IncomingStream> clientStreams = net.kit.createTestProbe();
    TestProbe<TransportCommand.IncomingStream> serverStreams = net.kit.createTestProbe();
    return new TestSession(
        request.id(),
        pair.client(),
        pair.server(),
        request.body(),
        received.body(),
        clientStreams,
        serverStreams,
        attach(net, pair.client(), request.id(), clientStreams),
        attach(net, pair.server(), request.id(), serverStreams));
  }

  public static TransportCommand.RequestStarted.Started request(
      TestNet net, TestNet.Side side, Fields fields) {
    TestProbe<TransportCommand.RequestStarted> started = net.kit.createTestProbe();
    side.tell(new TransportCommand.Request(fields, started.ref()));
    return started.expectMessageClass(TransportCommand.RequestStarted.Started.class);
  }

  public static DatagramPort attach(
      TestNet net,
      TestNet.Side side,
      long session,
      TestProbe<TransportCommand.IncomingStream> streams) {
    TestProbe<TransportCommand.SessionAttached> attached = net.kit.createTestProbe();
    side.tell(
        new TransportCommand.AttachSession(session, dialect(side), streams.ref(), attached.ref()));
    return attached.receiveMessage().datagrams();
  }

  private static Dialect dialect(TestNet.Side side) {
    return side.connection().facts().version() == HttpVersion.HTTP_3
        ? Dialect.of(Draft.D16)
        : Dialect.of(Http2Dialect.DRAFT_15, Set.of());
  }

  public static TransportCommand.OpenResult tryOpen(
      TestNet net, TestNet.Side side, long session, StreamKind kind) {
    TestProbe<TransportCommand.OpenResult> reply = net.kit.createTestProbe();
    side.tell(new TransportCommand.OpenStream(session, kind, reply.ref()));
    return reply.receiveMessage();
  }

  public StreamPort open(TestNet net, TestNet.Side side, StreamKind kind) {
    TransportCommand.OpenResult result = tryOpen(net, side, id, kind);
    if (result instanceof TransportCommand.OpenResult.Opened opened) {
      return opened.port();
    }
    throw new AssertionError(result);
  }

  /** Two rounds through a stream of their own: what was sent before has arrived. */
  public void roundTrips(TestNet net) {
    for (int round = 0; round < 2; round++) {
      StreamPort near = open(net, client, StreamKind.BIDIRECTIONAL);
      StreamPort far = serverStreams.receiveMessage().port();
      near.finish();
      new PortProbe(far).all();
      far.finish();
      new PortProbe(near).all();
    }
  }
}
