package dev.ahti.engine.dialect;

import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.sf.BareItem;
import dev.ahti.engine.wire.sf.Member;
import dev.ahti.engine.wire.sf.StructuredField;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How urgent a request is (RFC 9218 4). On a CONNECT it stands for the whole session
 * (draft-ietf-webtrans-http3-16 4.7).
 *
 * @param urgency 0, the most urgent, to 7
 * @param incremental whether parts of it are of use before it is complete
 */
public record Priority(int urgency, boolean incremental) {
  private static final String NAME = "priority";

  /** Checks the urgency. */
  public Priority {
    if (urgency < 0 || urgency > 7) {
      throw new IllegalArgumentException("urgency: " + urgency + " (expected: 0 to 7)");
    }
  }

  /** The field of a request. */
  public Fields field() {
    Map<String, Member> members = new LinkedHashMap<>();
    members.put("u", Member.Item.of(new BareItem.Whole(urgency)));
    if (incremental) {
      members.put("i", Member.Item.of(new BareItem.Flag(true)));
    }
    return Fields.empty().with(NAME, StructuredField.write(members));
  }
}
