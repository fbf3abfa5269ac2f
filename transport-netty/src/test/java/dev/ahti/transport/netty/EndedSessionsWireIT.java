package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.wtspec.RawStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Which sessions the transport takes for ended, seen by what becomes of their datagrams. */
class EndedSessionsWireIT extends ServerWire {
  EndedSessionsWireIT() {
    super("ahti.connection.remembered-sessions = 2");
  }

  @Test
  void rejectedRequestNeverBecomesASession() {
    settings();
    RawStream rejected = raw.bidirectional("");
    request(rejected);
    server.tell(new TransportCommand.RejectRequest(0, 0x10b));
    rejected.end();
    raw.datagram("0061");
    awaitDropped(1);
    assertEquals(0, held());
  }

  @Test
  void whatIsOlderThanTheForgottenHasEndedAndWhatIsNewerHasNot() {
    settings();
    DatagramPort live = TestSession.attach(net, server, 0, net.kit.createTestProbe());
    for (long ended : new long[] {8, 12, 16}) {
      attach(ended);
      server.tell(new TransportCommand.DetachSession(ended, net.kit.system().ignoreRef()));
    }
    // 8 is forgotten by now. 4 was never seen, and its request cannot be on its way any more.
    attach(64);
    raw.datagram("0161");
    raw.datagram("0261");
    raw.datagram("0461");
    awaitDropped(3);
    raw.datagram("0561");
    PortProbe.await(() -> held() == 1);
    // A session that lives has not ended, however old it is.
    raw.datagram("0062");
    PortProbe.await(() -> live.stats().received() == 1);
    assertEquals(ByteString.fromString("b"), live.poll());
    net.awaitGauge(Gauges.DATAGRAMS_DROPPED_INCOMING, 3);
  }

  private void awaitDropped(long count) {
    PortProbe.await(
        () -> net.gauges.snapshot().getOrDefault(Gauges.DATAGRAMS_DROPPED_INCOMING, 0L) == count);
  }

  private long held() {
    return net.gauges.levels().getOrDefault(Gauges.EARLY_DATAGRAMS, 0L);
  }
}
