package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What a listener lets in, and what it counts. */
class ListenerAdmissionTest {
  private static final InetSocketAddress ONE = new InetSocketAddress("192.0.2.1", 1);
  private static final InetSocketAddress OTHER = new InetSocketAddress("192.0.2.2", 1);

  private final GaugeRegistry gauges = new GaugeRegistry();

  private ListenerAdmission admission(String... overrides) {
    EngineSettings settings =
        EngineSettings.create(
            ConfigFactory.parseString(String.join("\n", overrides))
                .withFallback(ConfigFactory.load()));
    return new ListenerAdmission(settings.listener(), gauges);
  }

  private long refused(String counter) {
    return gauges.counter(counter).value();
  }

  @Test
  void sessionsOfAListenerAreBoundedWhoeverHasThem() {
    ListenerAdmission admission = admission("ahti.listener.max-sessions = 2");
    Runnable first = admission.session(ONE);
    assertNotNull(admission.session(OTHER));
    assertNull(admission.session(OTHER));
    assertEquals(1, refused(Gauges.ADMISSION_SESSIONS_REFUSED));
    first.run();
    first.run();
    assertNotNull(admission.session(OTHER));
    assertNull(admission.session(ONE), "what ended twice was given back twice");
  }

  @Test
  void nothingNewIsLetInWhileTooMuchIsQueued() {
    ListenerAdmission admission = admission("ahti.listener.admission.queued-bytes = 1000");
    Runnable open = admission.session(ONE);
    gauges.level(Gauges.INBOUND_QUEUED_BYTES).add(600);
    assertTrue(admission.mayConnect(ONE, true));
    gauges.level(Gauges.OUTBOUND_QUEUED_BYTES).add(401);
    assertFalse(admission.mayConnect(ONE, true));
    assertNull(admission.session(OTHER));
    assertEquals(1, refused(Gauges.ADMISSION_CONNECTIONS_REFUSED));
    assertEquals(1, refused(Gauges.ADMISSION_SESSIONS_REFUSED));
    open.run();
    gauges.level(Gauges.OUTBOUND_QUEUED_BYTES).add(-1);
    assertTrue(admission.mayConnect(ONE, true));
    assertNotNull(admission.session(OTHER));
  }

  @Test
  void whoIsAskedForAProofIsNotRefusedYet() {
    ListenerAdmission admission = admission("ahti.listener.admission.connections = 1");
    Runnable open = admission.connected(ONE);
    assertFalse(admission.mayConnect(ONE, false));
    assertEquals(0, refused(Gauges.ADMISSION_CONNECTIONS_REFUSED));
    assertFalse(admission.mayConnect(ONE, true));
    assertEquals(1, refused(Gauges.ADMISSION_CONNECTIONS_REFUSED));
    assertNull(admission.connected(ONE));
    assertEquals(2, refused(Gauges.ADMISSION_CONNECTIONS_REFUSED));
    open.run();
    assertTrue(admission.mayConnect(ONE, false));
  }

  @Test
  void prefixesAndThoseThatFoundNoPlaceAreShown() {
    ListenerAdmission admission = admission("ahti.listener.admission.prefixes = 1");
    Runnable open = admission.connected(ONE);
    assertEquals(1, gauges.level(Gauges.ADMISSION_PREFIXES).value());
    admission.connected(OTHER);
    assertEquals(1, gauges.level(Gauges.ADMISSION_PREFIXES).value());
    assertEquals(1, refused(Gauges.ADMISSION_OVERFLOWS));
    open.run();
    assertEquals(0, gauges.level(Gauges.ADMISSION_PREFIXES).value());
  }
}
