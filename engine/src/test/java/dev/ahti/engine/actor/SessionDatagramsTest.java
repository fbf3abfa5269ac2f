package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the datagrams of a session end. */
class SessionDatagramsTest {
  private final FakeDatagrams transport = new FakeDatagrams(new FakeLoop());
  private final SessionDatagrams datagrams = new SessionDatagrams(transport);
  private final List<String> woken = new ArrayList<>();

  SessionDatagramsTest() {
    datagrams.onReadable(() -> woken.add("reader sees " + datagrams.ended()));
    datagrams.onWritable(() -> woken.add("writer sees " + datagrams.ended()));
  }

  @Test
  void outliveTheTransportUntilTheSessionHasToldHowItEnded() {
    transport.close("connection closed");
    assertNull(datagrams.ended());
    datagrams.close("the session has ended");
    assertEquals("the session has ended", datagrams.ended());
  }

  @Test
  void wakeBothWhenTheSessionEndsThoughTheTransportHasEndedBefore() {
    transport.close("connection closed");
    datagrams.close("over");
    assertEquals(List.of("reader sees over", "writer sees over"), woken);
  }

  @Test
  void endOnce() {
    datagrams.close("first");
    datagrams.close("second");
    assertEquals("first", datagrams.ended());
    assertEquals(2, woken.size());
  }
}
