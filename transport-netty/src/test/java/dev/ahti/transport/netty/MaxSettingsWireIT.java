package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.wtspec.RawHttp;
import org.junit.jupiter.api.Test;

/** As many bytes of SETTINGS as {@code ahti.netty.max-settings} allows, and one more. */
class MaxSettingsWireIT extends ServerWire {
  MaxSettingsWireIT() {
    super("ahti.netty.max-settings = 64");
  }

  /** Reserved settings (RFC 9114 7.2.4.1) of five bytes each. */
  private static String settings(int count) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      all.append(RawHttp.number(0x21 + 0x1fL * i, 4)).append("00");
    }
    return all.toString();
  }

  @Test
  void asManyBytesAsAreAllowedAreTaken() {
    raw.unidirectional("00" + RawHttp.frame(0x04, settings(12) + "0801" + "3301"));
    assertEquals(14, server.expect(TransportEvent.PeerSettings.class).settings().size());
    net.awaitGauge(Gauges.SETTINGS_TOO_LARGE, 0);
  }

  @Test
  void oneMoreIsAnExcessiveLoad() {
    raw.unidirectional("00" + RawHttp.frame(0x04, settings(13)));
    assertEquals("0x107", raw.closeCode());
    net.awaitGauge(Gauges.SETTINGS_TOO_LARGE, 1);
  }
}
