package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.PrefixLevels;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a listener lets in, and what it counts. */
class ListenerAdmissionTest {
  private static final InetSocketAddress ONE = new InetSocketAddress("192.0.2.1", 1);
  private static final InetSocketAddress OTHER = new InetSocketAddress("192.0.2.2", 1);

  private final GaugeRegistry gauges = new GaugeRegistry();
  private final List<Long> warnings = new ArrayList<>();

  private ListenerAdmission admission(String... overrides) {
    EngineSettings settings =
        EngineSettings.create(
            ConfigFactory.parseString(String.join("\n", overrides))
                .withFallback(ConfigFactory.load()));
    return new ListenerAdmission(settings.listener(), gauges, warnings::add);
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
    Runnable open = admission.connected(ONE).gone();
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
  void connectionsOfAListenerAreBoundedBeforeTheirHandshakeWhoeverHasThem() {
    ListenerAdmission admission = admission("ahti.listener.max-connections = 2");
    Runnable first = admission.connected(ONE).gone();
    assertNotNull(admission.connected(OTHER));
    assertFalse(admission.mayConnect(OTHER, false));
    assertEquals(0, refused(Gauges.CONNECTIONS_REFUSED), "it may come again with a proof");
    assertFalse(admission.mayConnect(OTHER, true));
    assertNull(admission.connected(OTHER));
    assertEquals(2, refused(Gauges.CONNECTIONS_REFUSED));
    assertEquals(0, refused(Gauges.ADMISSION_CONNECTIONS_REFUSED));
    assertEquals(List.of(0L), warnings, "one warning, and the others counted");
    first.run();
    first.run();
    assertTrue(admission.mayConnect(OTHER, true));
    assertNotNull(admission.connected(OTHER));
    assertNull(admission.connected(ONE), "what ended twice was given back twice");
  }

  @Test
  void aPrefixThatQueuesTooMuchIsLetInNoMoreAndOthersAre() {
    ListenerAdmission admission =
        admission("ahti.listener.admission.queued-bytes-of-prefix = 1000");
    PrefixLevels levels = admission.connected(ONE).levels().orElseThrow();
    levels.inboundQueuedBytes().add(600);
    levels.outboundQueuedBytes().add(400);
    assertTrue(admission.mayConnect(ONE, true));
    levels.outboundQueuedBytes().add(1);
    assertFalse(admission.mayConnect(ONE, true));
    assertNull(admission.session(ONE));
    assertEquals(1, refused(Gauges.ADMISSION_CONNECTIONS_REFUSED));
    assertEquals(1, refused(Gauges.ADMISSION_SESSIONS_REFUSED));
    assertTrue(admission.mayConnect(OTHER, true));
    assertNotNull(admission.session(OTHER));
    // It is a part of all.
    assertEquals(600, gauges.level(Gauges.INBOUND_QUEUED_BYTES).value());
    assertEquals(401, gauges.level(Gauges.OUTBOUND_QUEUED_BYTES).value());
    levels.outboundQueuedBytes().add(-1);
    assertNotNull(admission.session(ONE));
  }

  @Test
  void whatHandlersAndRequestsHoldIsQueuedToo() {
    ListenerAdmission admission = admission("ahti.listener.admission.queued-bytes = 1000");
    gauges.level(Gauges.HANDLERS_QUEUED_BYTES).add(600);
    assertTrue(admission.mayConnect(ONE, true));
    gauges.level(Gauges.HTTP_REQUEST_BODY_BYTES).add(401);
    assertFalse(admission.mayConnect(ONE, true));
  }

  @Test
  void prefixesAndThoseThatFoundNoPlaceAreShown() {
    ListenerAdmission admission = admission("ahti.listener.admission.prefixes = 1");
    Runnable open = admission.connected(ONE).gone();
    assertEquals(1, gauges.level(Gauges.ADMISSION_PREFIXES).value());
    admission.connected(OTHER);
    assertEquals(1, gauges.level(Gauges.ADMISSION_PREFIXES).value());
    assertEquals(1, refused(Gauges.ADMISSION_OVERFLOWS));
    open.run();
    assertEquals(0, gauges.level(Gauges.ADMISSION_PREFIXES).value());
  }
}
