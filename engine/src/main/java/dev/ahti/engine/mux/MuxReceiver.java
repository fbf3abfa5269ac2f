package dev.ahti.engine.mux;

import dev.ahti.engine.error.ApplicationErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsulePart;
import dev.ahti.engine.wire.StreamCapsule;
import dev.ahti.engine.wire.StreamKind;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What comes, judged capsule by capsule. The order of capsules is that in which they were sent, so
 * what is late is not tolerated here as it is in QUIC (draft-ietf-webtrans-http2-15 6.14); but for
 * what a peer says of our half of a stream, as it may not know yet that this half has ended.
 *
 * <p>Every violation ends the session: the draft calls some of them stream errors, which in HTTP/2
 * is the reset of the CONNECT stream.
 */
final class MuxReceiver {
  private static final String DRAFT = "draft-ietf-webtrans-http2-15 ";

  private final MuxStreams streams;
  private final MuxSender sender;
  private final boolean uselessLimits;

  /** The WT_STREAM capsule that has begun. */
  private @Nullable MuxStream current;

  private boolean fin;

  /**
   * For one session.
   *
   * @param uselessLimits whether limits of streams on which only the peer sends are ignored
   */
  MuxReceiver(MuxStreams streams, MuxSender sender, boolean uselessLimits) {
    this.streams = streams;
    this.sender = sender;
    this.uselessLimits = uselessLimits;
  }

  /**
   * Takes what was read.
   *
   * @return how the session has to end if that is against the rules
   */
  @Nullable Violation on(CapsulePart part, List<MuxEffect> effects) {
    if (part instanceof CapsulePart.StreamStart start) {
      return begins(start, effects);
    }
    if (part instanceof CapsulePart.StreamBytes bytes) {
      deliver(bytes.bytes(), bytes.last(), effects);
      return null;
    }
    return part instanceof CapsulePart.OfStream stream
        ? on(stream.capsule(), effects)
        : on(((CapsulePart.OfSession) part).capsule(), effects);
  }

  private @Nullable Violation on(Capsule capsule, List<MuxEffect> effects) {
    if (capsule instanceof Capsule.DatagramCapsule datagram) {
      effects.add(new MuxEffect.DatagramReceived(datagram.payload()));
      return null;
    }
    if (capsule instanceof Capsule.CloseSession || capsule instanceof Capsule.DrainSession) {
      effects.add(new MuxEffect.SessionCapsule(capsule));
      return null;
    }
    if (capsule instanceof Capsule.MaxStreams max) {
      return raise(max, effects);
    }
    Violation violation = streams.session().on(capsule);
    if (violation == null && capsule instanceof Capsule.MaxData) {
      sender.release();
    }
    return violation;
  }

  private @Nullable Violation raise(Capsule.MaxStreams max, List<MuxEffect> effects) {
    boolean before = streams.session().mayOpen(max.kind());
    Violation violation = streams.session().on(max);
    if (!before && violation == null && streams.session().mayOpen(max.kind())) {
      effects.add(new MuxEffect.StreamsAvailable(max.kind()));
    }
    return violation;
  }

  private @Nullable Violation on(StreamCapsule capsule, List<MuxEffect> effects) {
    if (capsule instanceof StreamCapsule.ResetStream reset) {
      return on(reset, effects);
    }
    if (capsule instanceof StreamCapsule.StopSending stop) {
      return on(stop, effects);
    }
    return capsule instanceof StreamCapsule.MaxStreamData max
        ? on(max, effects)
        : on((StreamCapsule.StreamDataBlocked) capsule, effects);
  }

  // What the peer says of the half that it sends.

  private @Nullable Violation begins(CapsulePart.StreamStart start, List<MuxEffect> effects) {
    Violation unnamed = name("WT_STREAM", "6.4", start.streamId(), true, effects);
    MuxStream stream = streams.get(start.streamId());
    if (unnamed != null) {
      return unnamed;
    }
    if (stream == null || stream.receive != MuxStream.Half.OPEN) {
      return over("WT_STREAM", "6.4", start.streamId());
    }
    if (start.length() == 0 && !start.fin() && stream.begun) {
      return Violation.session(
          WebTransportHttp2ErrorCode.WT_ERROR,
          "an empty WT_STREAM that neither begins nor ends stream " + stream.id,
          DRAFT + "6.4");
    }
    Violation tooMuch = stream.windows.received(start.length());
    if (tooMuch == null) {
      tooMuch = streams.session().received(start.length());
    }
    if (tooMuch != null) {
      return tooMuch;
    }
    stream.begun = true;
    current = stream;
    fin = start.fin();
    if (start.length() == 0) {
      deliver(ByteString.emptyByteString(), true, effects);
    }
    return null;
  }

  private void deliver(ByteString bytes, boolean last, List<MuxEffect> effects) {
    MuxStream stream = current;
    if (stream == null) {
      throw new IllegalStateException("bytes of no stream");
    }
    if (stream.stopped) {
      streams.consumed(stream, bytes.length());
    } else if (!bytes.isEmpty()) {
      stream.unconsumed += bytes.length();
      effects.add(new MuxEffect.StreamData(stream.id, bytes));
    }
    if (last) {
      current = null;
      if (fin) {
        ended(stream, new MuxEffect.StreamFinished(stream.id), effects);
      }
    }
  }

  private @Nullable Violation on(StreamCapsule.ResetStream reset, List<MuxEffect> effects) {
    Violation unnamed = name("WT_RESET_STREAM", "6.2", reset.streamId(), true, effects);
    MuxStream stream = streams.get(reset.streamId());
    if (unnamed != null) {
      return unnamed;
    }
    if (reset.code() > ApplicationErrorCode.MAX) {
      return codeTooLarge("WT_RESET_STREAM", "6.2", reset.code());
    }
    if (stream == null || stream.receive != MuxStream.Half.OPEN) {
      return over("WT_RESET_STREAM", "6.2", reset.streamId());
    }
    if (reset.reliableSize() != StreamCapsule.ResetStream.SIZE_UNSAID
        && reset.reliableSize() != stream.windows.receivedBytes()) {
      return state(
          "WT_RESET_STREAM with Reliable Size "
              + reset.reliableSize()
              + " (expected: "
              + stream.windows.receivedBytes()
              + ", as received)",
          "6.2");
    }
    ended(stream, new MuxEffect.StreamReset(stream.id, reset.code()), effects);
    return null;
  }

  private void ended(MuxStream stream, MuxEffect how, List<MuxEffect> effects) {
    stream.receive = MuxStream.Half.ENDED;
    if (!stream.stopped) {
      effects.add(how);
    }
    streams.forgetIfOver(stream);
  }

  private @Nullable Violation on(StreamCapsule.StreamDataBlocked blocked, List<MuxEffect> effects) {
    Violation unnamed = name("WT_STREAM_DATA_BLOCKED", "6.9", blocked.streamId(), true, effects);
    MuxStream stream = streams.get(blocked.streamId());
    if (unnamed != null) {
      return unnamed;
    }
    // That the peer is blocked changes nothing: credit follows consumption.
    return stream == null || stream.receive != MuxStream.Half.OPEN
        ? over("WT_STREAM_DATA_BLOCKED", "6.9", blocked.streamId())
        : null;
  }

  // What the peer says of the half that we send.

  private @Nullable Violation on(StreamCapsule.StopSending stop, List<MuxEffect> effects) {
    Violation unnamed = name("WT_STOP_SENDING", "6.3", stop.streamId(), false, effects);
    MuxStream stream = streams.get(stop.streamId());
    if (unnamed != null) {
      return unnamed;
    }
    if (stop.code() > ApplicationErrorCode.MAX) {
      return codeTooLarge("WT_STOP_SENDING", "6.3", stop.code());
    }
    if (stream == null ? streams.wasStopped(stop.streamId()) : stream.peerStopped) {
      return state("a second WT_STOP_SENDING for stream " + stop.streamId(), "6.3");
    }
    if (stream != null) {
      stream.peerStopped = true;
      if (stream.send == MuxStream.Half.OPEN) {
        sender.reset(stream, stop.code());
        effects.add(new MuxEffect.StreamStopped(stream.id, stop.code()));
      }
    }
    return null;
  }

  private @Nullable Violation on(StreamCapsule.MaxStreamData max, List<MuxEffect> effects) {
    if (uselessLimits
        && StreamIds.kind(max.streamId()) == StreamKind.UNIDIRECTIONAL
        && !streams.isOurs(max.streamId())) {
      return null;
    }
    Violation unnamed = name("WT_MAX_STREAM_DATA", "6.6", max.streamId(), false, effects);
    MuxStream stream = streams.get(max.streamId());
    if (unnamed != null) {
      return unnamed;
    }
    if (stream == null ? streams.wasStopped(max.streamId()) : stream.peerStopped) {
      return state("WT_MAX_STREAM_DATA after WT_STOP_SENDING, stream " + max.streamId(), "6.6");
    }
    if (stream == null) {
      return null;
    }
    Violation lower = stream.windows.raise(max.limit());
    if (lower == null && stream.send == MuxStream.Half.OPEN && stream.waiting > 0) {
      sender.ready(stream);
    }
    return lower;
  }

  /**
   * The peer names a stream. One of its own is open then, and so are those before it; one of ours
   * has to be.
   *
   * @param byItsSender whether the capsule is of the side that sends on the stream
   */
  private @Nullable Violation name(
      String capsule, String section, long id, boolean byItsSender, List<MuxEffect> effects) {
    boolean ours = streams.isOurs(id);
    if (StreamIds.kind(id) == StreamKind.UNIDIRECTIONAL && ours == byItsSender) {
      return state(
          capsule + " for stream " + id + ", on which only " + (ours ? "we" : "the peer") + " send",
          section);
    }
    if (ours) {
      return streams.wasOpened(id)
          ? null
          : state(capsule + " for stream " + id + ", which we have not opened", section);
    }
    return streams.openUpTo(id, effects);
  }

  private static Violation over(String capsule, String section, long id) {
    return state(capsule + " for stream " + id + ", which the peer has ended", section);
  }

  private static Violation codeTooLarge(String capsule, String section, long code) {
    return Violation.session(
        WebTransportHttp2ErrorCode.WT_ERROR,
        capsule + " with code " + code + " (expected: at most 4294967295)",
        DRAFT + section);
  }

  private static Violation state(String message, String section) {
    return Violation.session(
        WebTransportHttp2ErrorCode.WT_STREAM_STATE_ERROR, message, DRAFT + section);
  }
}
