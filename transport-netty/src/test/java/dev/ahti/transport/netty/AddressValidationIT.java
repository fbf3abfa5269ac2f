package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retry and congestion control between two of our own sides. */
class AddressValidationIT {

  @ParameterizedTest(name = "{0}, {1} loops")
  @CsvSource({"always, 1, 1", "always, 2, 1", "off, 2, 0", "under-load, 2, 0"})
  void connectsThroughARetryWhereOneIsSent(String mode, int loops, int retries) {
    try (TestNet net =
        new TestNet(
            "ahti.netty.address-validation.mode = " + mode, "ahti.netty.event-loops = " + loops)) {
      TestSession.open(net, net.pair());
      net.awaitGauge(Gauges.RETRY_SENT, retries);
      net.awaitGauge(Gauges.RETRY_REFUSED, 0);
      net.awaitGauge(Gauges.RETRY_REMEMBERED, retries);
    }
  }

  @Test
  void everyListenerAndDialHasItsOwnCongestionControlAndSaysWhich() {
    try (TestNet net = new TestNet("ahti.netty.congestion-control = reno")) {
      var accepted = new LinkedBlockingQueue<dev.ahti.engine.spi.TransportConnection>();
      var listener =
          TestNet.get(
              net.transport.bind(
                  new ListenOptions(
                      "bbr",
                      new InetSocketAddress("127.0.0.1", 0),
                      ServerTls.of(TestCertificate.shared()),
                      Optional.of(CongestionControl.BBR),
                      Map.of(HttpVersion.HTTP_3, TestNet.SETTINGS)),
                  accepted::add));
      for (CongestionControl chosen : CongestionControl.values()) {
        var client =
            net.dial(
                "127.0.0.1",
                listener.localAddress().getPort(),
                ClientTls.of(ServerTrust.Insecure.INSTANCE),
                Optional.of(chosen));
        assertEquals(Optional.of(chosen), client.facts().congestionControl());
        assertEquals(
            Optional.of(CongestionControl.BBR),
            EngineNet.next(accepted, "a connection").facts().congestionControl());
      }
      var usual = net.dial(listener.localAddress().getPort(), ServerTrust.Insecure.INSTANCE);
      assertEquals(Optional.of(CongestionControl.RENO), usual.facts().congestionControl());
    }
  }
}
