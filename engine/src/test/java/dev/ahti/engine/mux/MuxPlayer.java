package dev.ahti.engine.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One side of {@link MuxPairTest}: does things at random, and remembers what has to come of them.
 */
final class MuxPlayer {

  /** What one side has sent on a stream, or got. */
  static final class Half {
    ByteString bytes = ByteString.emptyByteString();
    long unconsumed;

    /** "fin", or "reset" with its code; null while it is open. */
    @Nullable String end;

    /** The code with which the reader has stopped it. */
    @Nullable Long stop;
  }

  private static final int MOST_QUEUED = 5000;

  private final Random random;
  private final MuxLimits ours;
  final MuxEnd end;
  final Map<Long, Half> sending = new TreeMap<>();
  final Map<Long, Half> receiving = new TreeMap<>();
  final List<String> datagramsSent = new ArrayList<>();
  final List<String> datagramsReceived = new ArrayList<>();
  private final Map<Long, Long> queued = new HashMap<>();
  private final DatagramSender datagrams;
  private final Deque<String> waiting = new ArrayDeque<>();
  private ByteString toPeer = ByteString.emptyByteString();

  MuxPlayer(Role role, MuxLimits ours, MuxLimits peers, Random random) {
    this.random = random;
    this.ours = ours;
    this.end = MuxEnd.of(role, ours, peers);
    this.datagrams = end.mux.addDatagrams(SendPriority.DEFAULT);
  }

  private SendPriority anyPriority() {
    return new SendPriority(random.nextInt(3), random.nextInt(3));
  }

  private @Nullable Long any(Map<Long, Half> halves) {
    List<Long> open = new ArrayList<>();
    halves.forEach(
        (id, half) -> {
          if (half.end == null) {
            open.add(id);
          }
        });
    return open.isEmpty() ? null : open.get(random.nextInt(open.size()));
  }

  /** One thing that an application may do. */
  void act() {
    switch (random.nextInt(12)) {
      case 0, 1 -> open();
      case 2, 3, 4 -> write();
      case 5 -> finish(any(sending));
      case 6 -> reset(any(sending));
      case 7 -> stop(any(receiving));
      case 8 -> datagram();
      case 9 -> move(any(sending));
      default -> consume(1 + random.nextInt(2000));
    }
  }

  private void open() {
    StreamKind kind = random.nextBoolean() ? StreamKind.BIDIRECTIONAL : StreamKind.UNIDIRECTIONAL;
    OptionalLong id = end.mux.open(kind, anyPriority());
    if (id.isPresent()) {
      sending.put(id.getAsLong(), new Half());
      if (kind == StreamKind.BIDIRECTIONAL) {
        receiving.put(id.getAsLong(), new Half());
      }
    }
  }

  private void write() {
    Long id = any(sending);
    if (id != null && queued.getOrDefault(id, 0L) < MOST_QUEUED) {
      byte[] bytes = new byte[1 + random.nextInt(1 << random.nextInt(12))];
      random.nextBytes(bytes);
      Half half = sending.get(id);
      half.bytes = half.bytes.concat(ByteString.fromArray(bytes));
      queued.merge(id, (long) bytes.length, Long::sum);
      end.write(id, ByteString.fromArray(bytes));
    }
  }

  private void finish(@Nullable Long id) {
    if (id != null) {
      sending.get(id).end = "fin";
      end.mux.finish(id);
    }
  }

  private void reset(@Nullable Long id) {
    if (id != null && random.nextInt(3) == 0) {
      long code = random.nextInt(1000);
      sending.get(id).end = "reset " + code;
      end.mux.reset(id, code);
      end.drop(id);
    }
  }

  private void stop(@Nullable Long id) {
    if (id != null && random.nextInt(3) == 0 && receiving.get(id).stop == null) {
      long code = random.nextInt(1000);
      receiving.get(id).stop = code;
      end.mux.stop(id, code);
    }
  }

  private void move(@Nullable Long id) {
    if (id != null) {
      end.mux.prioritize(id, anyPriority());
    }
  }

  private void datagram() {
    String text = "d" + random.nextInt(1_000_000);
    datagramsSent.add(text);
    waiting.add(text);
    if (waiting.size() == 1) {
      end.datagram(datagrams, text);
    }
  }

  /** Takes some of what came, of one stream after the other. */
  void consume(long most) {
    long left = most;
    for (Map.Entry<Long, Half> each : receiving.entrySet()) {
      long part = Math.min(left, each.getValue().unconsumed);
      end.mux.consumed(each.getKey(), part);
      each.getValue().unconsumed -= part;
      left -= part;
    }
  }

  /** Finishes whatever is open. */
  void finishAll() {
    sending.forEach(
        (id, half) -> {
          if (half.end == null) {
            finish(id);
          }
        });
  }

  /** Writes as much as the pipe takes; whether there was anything. */
  boolean writeTo(int capacity) {
    boolean wrote = false;
    while (toPeer.length() < capacity) {
      int before = waiting.size();
      ByteString bytes = end.pull(1 + random.nextInt(capacity));
      if (bytes.isEmpty()) {
        return wrote;
      }
      wrote = true;
      toPeer = toPeer.concat(bytes).compact();
      nextDatagram(bytes, before);
    }
    return wrote;
  }

  private void nextDatagram(ByteString written, int before) {
    if (before > 0 && written.apply(0) == 0) {
      waiting.remove();
      if (!waiting.isEmpty()) {
        end.datagram(datagrams, waiting.element());
      }
    }
  }

  /** Hands some of what is in the pipe to the peer; whether there was anything. */
  boolean carryTo(MuxPlayer peer) {
    if (toPeer.isEmpty()) {
      return false;
    }
    int length = Math.min(toPeer.length(), 1 + random.nextInt(1 << random.nextInt(13)));
    ByteString piece = toPeer.take(length);
    toPeer = toPeer.drop(length);
    peer.take(peer.end.mux.receive(piece));
    return true;
  }

  private void take(List<MuxEffect> effects) {
    for (MuxEffect effect : effects) {
      if (effect instanceof MuxEffect.StreamOpened opened) {
        assertNull(receiving.put(opened.id(), new Half()), "opened twice");
        if (opened.kind() == StreamKind.BIDIRECTIONAL) {
          sending.put(opened.id(), new Half());
        }
      } else if (effect instanceof MuxEffect.StreamData data) {
        Half half = openHalf(data.id());
        half.bytes = half.bytes.concat(data.bytes());
        half.unconsumed += data.bytes().length();
      } else if (effect instanceof MuxEffect.StreamFinished finished) {
        openHalf(finished.id()).end = "fin";
      } else if (effect instanceof MuxEffect.StreamReset reset) {
        openHalf(reset.id()).end = "reset " + reset.code();
      } else if (effect instanceof MuxEffect.StreamStopped stopped) {
        Half half = sending.get(stopped.id());
        assertTrue(half.end == null || half.end.equals("fin"), "stopped after " + half.end);
        half.end = "reset " + stopped.code();
        end.drop(stopped.id());
      } else if (effect instanceof MuxEffect.DatagramReceived datagram) {
        datagramsReceived.add(datagram.payload().utf8String());
      } else {
        assertTrue(effect instanceof MuxEffect.StreamsAvailable, effect.toString());
      }
    }
    checkBounds();
  }

  /** A half of which something may still be told. */
  private Half openHalf(long id) {
    Half half = receiving.get(id);
    assertNotNull(half, "stream " + id + " was not opened");
    assertNull(half.end, "after the end of stream " + id);
    assertNull(half.stop, "after stopping stream " + id);
    return half;
  }

  /** What is held for the application is within the windows, and the mux holds next to nothing. */
  private void checkBounds() {
    long all = 0;
    for (Half half : receiving.values()) {
      assertTrue(half.unconsumed <= ours.streams().bidirectionalLocal(), "in a stream");
      all += half.unconsumed;
    }
    assertTrue(all <= ours.session().data(), all + " bytes in the session");
    assertTrue(end.mux.heldBytes() <= 64, end.mux.heldBytes() + " bytes held");
  }

  /** Whether everything that this side sent came to the other as it should. */
  void check(MuxPlayer peer) {
    sending.forEach(
        (id, sent) -> {
          Half got = peer.receiving.get(id);
          assertNotNull(got, "stream " + id + " never came");
          String what = "stream " + id + " sent " + sent.end + ", got " + got.end;
          if (got.stop == null) {
            assertEquals(sent.end, got.end, what);
            assertEquals(sent.bytes.take(got.bytes.length()), got.bytes, what);
            assertTrue(!"fin".equals(got.end) || got.bytes.equals(sent.bytes), what);
          } else {
            assertEquals(sent.bytes.take(got.bytes.length()), got.bytes, what);
            assertNotNull(sent.end, what);
          }
        });
    assertEquals(datagramsSent, peer.datagramsReceived);
    assertEquals(0, end.mux.openStreams(), "streams that are over are forgotten");
  }
}
