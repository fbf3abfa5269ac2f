package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;

/** The examiner's bytes in the engine's terms; the examiner itself knows nothing of the engine. */
public final class RawClient {
  private RawClient() {}

  /** The examiner's name of a draft. */
  public static Era era(Draft draft) {
    return Era.valueOf(draft.name());
  }

  /** A control stream with what a client of this draft announces, and nothing more. */
  public static String control(Draft draft) {
    return era(draft).clientControl();
  }

  /** The token of this draft. */
  public static String token(Draft draft) {
    return era(draft).token();
  }

  /** A CONNECT of this draft, without an Origin. */
  public static Fields connect(Draft draft, String path) {
    return fields(era(draft).connect(path));
  }

  /** A HEADERS frame. */
  public static String headers(Fields fields) {
    RawFields raw = RawFields.of();
    for (Fields.Field field : fields) {
      raw = raw.with(field.name(), field.value());
    }
    return RawHttp.headers(raw);
  }

  /** The fields of the next frame, which must be HEADERS. */
  public static Fields headers(RawStream stream) {
    return fields(stream.headers());
  }

  private static Fields fields(RawFields raw) {
    return Fields.received(
        raw.fields().stream().map(field -> new Fields.Field(field.name(), field.value())).toList());
  }
}
