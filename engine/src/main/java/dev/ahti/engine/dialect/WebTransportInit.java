package dev.ahti.engine.dialect;

import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.sf.BareItem;
import dev.ahti.engine.wire.sf.Member;
import dev.ahti.engine.wire.sf.StructuredField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header field WebTransport-Init, which says for one session over HTTP/2 how many bytes its
 * streams may begin with (draft-ietf-webtrans-http2-15 4.3.2). Of a limit that SETTINGS name too
 * the greater holds: {@link dev.ahti.engine.flow.MuxLimits#max}. It says nothing of the number of
 * streams, nor of the session's own window.
 */
public final class WebTransportInit {
  /** The field's name. */
  public static final String NAME = "webtransport-init";

  /** Streams that the recipient opens in one direction. */
  private static final String UNIDIRECTIONAL = "u";

  /** Bidirectional streams that the sender of the field opens. */
  private static final String LOCAL = "bl";

  /** Bidirectional streams that the recipient opens. */
  private static final String REMOTE = "br";

  /** The largest Integer of a structured field (RFC 9651 3.3.1). */
  private static final long MOST = 999_999_999_999_999L;

  private WebTransportInit() {}

  /**
   * Reads the field of a request or an answer.
   *
   * @return what it says, 0 where it says nothing; empty if it is no Dictionary or one of the keys
   *     has no Integer of 0 or more: such a request is refused with 400, and of such an answer the
   *     session ends
   */
  public static Optional<StreamLimits> read(Fields fields) {
    if (!fields.has(NAME)) {
      return Optional.of(StreamLimits.NONE);
    }
    return StructuredField.dictionary(fields.all(NAME)).flatMap(WebTransportInit::limits);
  }

  private static Optional<StreamLimits> limits(Map<String, Member> dictionary) {
    long unidirectional = limit(dictionary.get(UNIDIRECTIONAL));
    long local = limit(dictionary.get(LOCAL));
    long remote = limit(dictionary.get(REMOTE));
    return unidirectional < 0 || local < 0 || remote < 0
        ? Optional.empty()
        : Optional.of(new StreamLimits(unidirectional, local, remote));
  }

  /** The value of a member; 0 if there is none, below 0 if it is no limit. */
  private static long limit(@Nullable Member member) {
    if (member == null) {
      return 0;
    }
    return member instanceof Member.Item item && item.value() instanceof BareItem.Whole whole
        ? whole.value()
        : -1;
  }

  /** The field that says this. A limit that it cannot hold is written as the largest it can. */
  public static Fields fields(StreamLimits limits) {
    Map<String, Member> dictionary = new LinkedHashMap<>();
    dictionary.put(UNIDIRECTIONAL, item(limits.unidirectional()));
    dictionary.put(LOCAL, item(limits.bidirectionalLocal()));
    dictionary.put(REMOTE, item(limits.bidirectionalRemote()));
    return Fields.empty().with(NAME, StructuredField.write(dictionary));
  }

  private static Member item(long limit) {
    return Member.Item.of(new BareItem.Whole(Math.min(limit, MOST)));
  }
}
