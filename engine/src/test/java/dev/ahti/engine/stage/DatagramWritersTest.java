package dev.ahti.engine.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.DatagramWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DatagramWritersTest {
  private static final ByteString PAYLOAD = ByteString.fromString("x");

  private final Port port = new Port();
  private final DatagramWriters writers = new DatagramWriters(port);
  private final List<String> woken = new ArrayList<>();

  @Test
  void everyWriterThatWasToldNoIsWokenAndNoOther() {
    DatagramWriter a = writer("a");
    DatagramWriter b = writer("b");
    DatagramWriter c = writer("c");
    assertTrue(c.offer(PAYLOAD));
    port.room = false;
    assertFalse(a.offer(PAYLOAD));
    assertFalse(b.offer(PAYLOAD));
    port.wake.run();
    assertEquals(List.of("a", "b"), woken);
    port.wake.run();
    assertEquals(List.of("a", "b"), woken, "woken once for one refusal");
    assertEquals(3, port.offered);
  }

  @Test
  void theEndWakesAllAndEachSeesIt() {
    DatagramWriter a = writer("a");
    DatagramWriter b = writer("b");
    port.end = "over";
    port.wake.run();
    assertEquals(List.of("a", "b"), woken);
    assertEquals("over", a.ended());
    assertEquals("over", b.ended());
  }

  @Test
  void aWriterThatLeftIsNotHeldAndNotWoken() {
    DatagramWriter a = writer("a");
    port.room = false;
    a.offer(PAYLOAD);
    a.onWritable(StreamLogic.NOBODY);
    port.wake.run();
    assertEquals(List.of(), woken);
  }

  private DatagramWriter writer(String name) {
    DatagramWriter writer = writers.newWriter();
    writer.onWritable(() -> woken.add(name));
    return writer;
  }

  private static final class Port implements DatagramWriter {
    private Runnable wake = () -> {};
    private boolean room = true;
    private @Nullable String end;
    private int offered;

    @Override
    public void onWritable(Runnable wake) {
      this.wake = wake;
    }

    @Override
    public boolean offer(ByteString payload) {
      offered++;
      return room;
    }

    @Override
    public @Nullable String ended() {
      return end;
    }
  }
}
