package dev.ahti.engine.mux;

import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsulePart;
import dev.ahti.engine.wire.FinOrder;
import dev.ahti.engine.wire.StreamCapsule;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Capsules and effects as words, so that a test is a line. Of capsules: data(id,bytes)
 * fin(id,bytes) reset(id,code,size) stop(id,code) max-stream(id,limit) blocked-stream(id,limit)
 * max-data(limit) max-bidi(limit) max-uni(limit) blocked-data(limit) blocked-bidi(limit)
 * blocked-uni(limit) datagram(text) drain() close(code,reason) padding(bytes). Of effects:
 * opened(id) data(id,bytes) finished(id) reset(id,code) stopped(id,code) available(bidi)
 * datagram(text) drain() close(code,reason) violated(section).
 */
final class MuxWords {
  private MuxWords() {}

  static ByteString bytes(String words) {
    ByteString bytes = ByteString.emptyByteString();
    for (String word : words.isBlank() ? new String[0] : words.trim().split(" +")) {
      bytes = bytes.concat(capsule(word));
    }
    return bytes;
  }

  private static ByteString capsule(String word) {
    String name = word.substring(0, word.indexOf('('));
    String inner = word.substring(word.indexOf('(') + 1, word.length() - 1);
    String[] arguments = inner.isEmpty() ? new String[0] : inner.split(",");
    if (name.equals("datagram")) {
      return new Capsule.DatagramCapsule(ByteString.fromString(inner)).encode();
    }
    if (name.equals("close")) {
      return new Capsule.CloseSession(Long.parseLong(arguments[0]), arguments[1]).encode();
    }
    long[] n = Arrays.stream(arguments).mapToLong(MuxWords::number).toArray();
    return switch (name) {
      case "data", "fin" ->
          StreamCapsule.streamHeader(FinOrder.DRAFT_15, n[0], name.equals("fin"), (int) n[1])
              .concat(ByteString.fromString("x".repeat((int) n[1])));
      case "reset" -> new StreamCapsule.ResetStream(n[0], n[1], n[2]).encode();
      case "stop" -> new StreamCapsule.StopSending(n[0], n[1]).encode();
      case "max-stream" -> new StreamCapsule.MaxStreamData(n[0], n[1]).encode();
      case "blocked-stream" -> new StreamCapsule.StreamDataBlocked(n[0], n[1]).encode();
      case "max-data" -> new Capsule.MaxData(n[0]).encode();
      case "max-bidi" -> new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, n[0]).encode();
      case "max-uni" -> new Capsule.MaxStreams(StreamKind.UNIDIRECTIONAL, n[0]).encode();
      case "blocked-data" -> new Capsule.DataBlocked(n[0]).encode();
      case "blocked-bidi" -> new Capsule.StreamsBlocked(StreamKind.BIDIRECTIONAL, n[0]).encode();
      case "blocked-uni" -> new Capsule.StreamsBlocked(StreamKind.UNIDIRECTIONAL, n[0]).encode();
      case "drain" -> new Capsule.DrainSession().encode();
      case "padding" -> StreamCapsule.padding((int) n[0]);
      default -> throw new AssertionError("no capsule " + name);
    };
  }

  /** A number, or a power of two with something added: {@code 2^60+1}. */
  private static long number(String text) {
    if (!text.startsWith("2^")) {
      return Long.parseLong(text);
    }
    String[] parts = text.substring(2).split("(?=[+-])");
    return (1L << Integer.parseInt(parts[0])) + (parts.length > 1 ? Long.parseLong(parts[1]) : 0);
  }

  static String of(List<CapsulePart> parts) {
    List<String> words = new ArrayList<>();
    for (CapsulePart part : parts) {
      if (part instanceof CapsulePart.StreamStart start) {
        words.add((start.fin() ? "fin" : "data") + inner(start.streamId(), start.length()));
      } else if (part instanceof CapsulePart.OfStream stream) {
        words.add(word(stream.capsule()));
      } else if (part instanceof CapsulePart.OfSession session) {
        words.add(word(session.capsule()));
      }
    }
    return String.join(" ", words);
  }

  private static String word(StreamCapsule capsule) {
    if (capsule instanceof StreamCapsule.ResetStream reset) {
      return "reset" + inner(reset.streamId(), reset.code(), reset.reliableSize());
    }
    if (capsule instanceof StreamCapsule.StopSending stop) {
      return "stop" + inner(stop.streamId(), stop.code());
    }
    return capsule instanceof StreamCapsule.MaxStreamData max
        ? "max-stream" + inner(max.streamId(), max.limit())
        : "blocked-stream"
            + inner(capsule.streamId(), ((StreamCapsule.StreamDataBlocked) capsule).limit());
  }

  private static String word(Capsule capsule) {
    if (capsule instanceof Capsule.MaxData max) {
      return "max-data" + inner(max.limit());
    }
    if (capsule instanceof Capsule.MaxStreams max) {
      return "max-" + kind(max.kind()) + inner(max.limit());
    }
    if (capsule instanceof Capsule.DataBlocked blocked) {
      return "blocked-data" + inner(blocked.limit());
    }
    if (capsule instanceof Capsule.StreamsBlocked blocked) {
      return "blocked-" + kind(blocked.kind()) + inner(blocked.limit());
    }
    if (capsule instanceof Capsule.DatagramCapsule datagram) {
      return "datagram" + inner(datagram.payload().utf8String());
    }
    return capsule instanceof Capsule.CloseSession close
        ? "close" + inner(close.code(), close.reason())
        : "drain()";
  }

  static String ofEffects(List<MuxEffect> effects) {
    return String.join(" ", effects.stream().map(MuxWords::word).toList());
  }

  private static String word(MuxEffect effect) {
    if (effect instanceof MuxEffect.StreamOpened opened) {
      return "opened" + inner(opened.id());
    }
    if (effect instanceof MuxEffect.StreamData data) {
      return "data" + inner(data.id(), data.bytes().length());
    }
    if (effect instanceof MuxEffect.StreamFinished finished) {
      return "finished" + inner(finished.id());
    }
    if (effect instanceof MuxEffect.StreamReset reset) {
      return "reset" + inner(reset.id(), reset.code());
    }
    if (effect instanceof MuxEffect.StreamStopped stopped) {
      return "stopped" + inner(stopped.id(), stopped.code());
    }
    if (effect instanceof MuxEffect.StreamsAvailable available) {
      return "available" + inner(kind(available.kind()));
    }
    if (effect instanceof MuxEffect.DatagramReceived datagram) {
      return "datagram" + inner(datagram.payload().utf8String());
    }
    return effect instanceof MuxEffect.SessionCapsule session
        ? word(session.capsule())
        : "violated" + inner(section(((MuxEffect.Violated) effect).violation().section()));
  }

  private static String section(String section) {
    return section.replace("draft-ietf-webtrans-http2-15 ", "").replace(' ', '-');
  }

  private static String kind(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? "bidi" : "uni";
  }

  private static String inner(Object... arguments) {
    return "(" + String.join(",", Arrays.stream(arguments).map(String::valueOf).toList()) + ")";
  }
}
