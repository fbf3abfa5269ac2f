package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.util.HashMap;
import java.util.Map;

/**
 * A session of ours with a peer that grants credit by hand, over the binding whose turn it is: what
 * is the same for both, though one writes frames and the other capsules.
 */
interface CreditEnds {
  /** What a peer begins with: bytes of the session, and streams of both kinds. */
  record Credit(long data, long unidirectional, long bidirectional) {}

  /** What a peer raises. */
  enum Limit {
    DATA(0x190b4d3dL),
    BIDIRECTIONAL(0x190b4d3fL),
    UNIDIRECTIONAL(0x190b4d40L);

    private final long capsule;

    Limit(long capsule) {
      this.capsule = capsule;
    }
  }

  /** Where the peer sees a unidirectional stream of ours. */
  interface Far {
    /** The next so many bytes, in hexadecimal digits. */
    String bytes(int count);

    /** How it ended, after whatever bytes: "FIN" or "RESET" and the application's code. */
    String end();
  }

  interface Body {
    void run(CreditEnds ends) throws Exception;
  }

  WebTransport session();

  void grant(Limit limit, long value);

  /** The next one of ours, in the order in which they were opened. */
  Far next();

  /** Waits until the peer sees that the session has ended, and nothing of this stream before. */
  void assertEndedWithoutBytes(Far stream);

  static void with(SessionEnds.Role role, Credit credit, Body body) throws Exception {
    if (Bindings.current() == WebTransportHttpVersion.HTTP_3) {
      RawEnds.with(
          role,
          RawOptions.DEFAULTS,
          RawEnds.limits(credit.data(), credit.unidirectional(), credit.bidirectional()),
          ends -> body.run(new OverHttp3(ends)));
    } else {
      RawHttp2Ends.with(
          role,
          RawHttp2Ends.granting(credit.data(), 1 << 20, 0)
              .withSetting(0x2b64, credit.unidirectional())
              .withSetting(0x2b65, credit.bidirectional()),
          ends -> body.run(new OverHttp2(ends)));
    }
  }

  /** Frames. */
  record OverHttp3(RawEnds ends) implements CreditEnds {
    @Override
    public WebTransport session() {
      return ends.session();
    }

    @Override
    public void grant(Limit limit, long value) {
      ends.grant(limit.capsule, value);
    }

    @Override
    public Far next() {
      RawStream far = ends.unidirectional();
      return new Far() {
        @Override
        public String bytes(int count) {
          return far.bytes(count);
        }

        @Override
        public String end() {
          String end = far.end();
          for (long code : new long[] {0, 7, 30}) {
            if (end.equals("RESET " + RawEnds.wire(code))) {
              return "RESET " + code;
            }
          }
          return end.equals("RESET 0x170d7b68") ? "SESSION GONE" : end;
        }
      };
    }

    @Override
    public void assertEndedWithoutBytes(Far stream) {
      assertEquals("SESSION GONE", stream.end());
    }
  }

  /** Capsules, which come one after the other for all streams. */
  final class OverHttp2 implements CreditEnds {
    private final RawHttp2Ends ends;
    private final Map<String, StringBuilder> came = new HashMap<>();
    private final Map<String, String> ended = new HashMap<>();
    private int opened;

    OverHttp2(RawHttp2Ends ends) {
      this.ends = ends;
    }

    @Override
    public WebTransport session() {
      return ends.session();
    }

    @Override
    public void grant(Limit limit, long value) {
      ends.send(limit.capsule, RawHttp.number(value));
    }

    @Override
    public Far next() {
      String id = RawHttp.number(4L * opened++ + (ends.server() ? 1 : 0) + 2);
      return new Far() {
        @Override
        public String bytes(int count) {
          StringBuilder all = of(id);
          while (all.length() < 2 * count) {
            assertEquals(null, ended.get(id), "too few came: " + all);
            take();
          }
          String next = all.substring(0, 2 * count);
          all.delete(0, 2 * count);
          return next;
        }

        @Override
        public String end() {
          while (!ended.containsKey(id)) {
            take();
          }
          return ended.get(id);
        }
      };
    }

    private StringBuilder of(String id) {
      return came.computeIfAbsent(id, any -> new StringBuilder());
    }

    private void take() {
      RawCapsule next = ends.next(RawHttp2Ends.STREAM, RawHttp2Ends.STREAM_FIN, RawHttp2Ends.RESET);
      String payload = next.payload();
      // Of so few streams each id is one byte.
      String id = payload.substring(0, 2);
      if (next.type() == RawHttp2Ends.RESET) {
        ended.put(id, "RESET " + Long.parseLong(payload.substring(2, 4), 16));
      } else {
        of(id).append(payload.substring(2));
        if (next.type() == RawHttp2Ends.STREAM_FIN) {
          ended.put(id, "FIN");
        }
      }
    }

    @Override
    public void assertEndedWithoutBytes(Far stream) {
      // The session's close is the end of its streams. A capsule without bytes may open one.
      RawCapsule next;
      do {
        next =
            ends.next(
                RawHttp2Ends.STREAM,
                RawHttp2Ends.STREAM_FIN,
                RawHttp2Ends.RESET,
                RawHttp2Ends.CLOSE);
      } while (next.type() == RawHttp2Ends.STREAM && next.payload().length() == 2);
      assertEquals(RawHttp2Ends.CLOSE, next.type(), next::toString);
    }
  }
}
