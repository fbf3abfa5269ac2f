package dev.ahti.engine.mux;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.CapsuleDecoder;

/**
 * With what a session's streams begin.
 *
 * @param role which side this is
 * @param dialect how the peer writes, and how we write to it, where drafts and programs differ
 * @param ours what we let the peer begin with, as it was announced
 * @param tellOurs whether the peer may not know that yet, as it had not acknowledged our SETTINGS
 *     when the session began: then our limits are told again, as capsules
 * @param peers what the peer lets us begin with
 * @param capsules the bounds of what is read
 * @param controlBudget bytes of capsules of control that are taken between two refills
 * @param chunk bytes of a stream that go into one capsule at most, above zero: for so long others
 *     wait for their turn
 */
public record MuxSetup(
    Role role,
    Http2Dialect dialect,
    MuxLimits ours,
    boolean tellOurs,
    MuxLimits peers,
    CapsuleDecoder.Limits capsules,
    long controlBudget,
    int chunk) {
  public MuxSetup {
    requireNonNull(role, "role");
    requireNonNull(dialect, "dialect");
    requireNonNull(ours, "ours");
    requireNonNull(peers, "peers");
    requireNonNull(capsules, "capsules");
    if (chunk < 1) {
      throw new IllegalArgumentException("chunk: " + chunk + " (expected: >= 1)");
    }
  }

  /** The role that the ids of our streams have. */
  Role numberedAs() {
    if (!dialect.tolerates(Http2Quirk.SWAPPED_STREAM_IDS)) {
      return role;
    }
    return role == Role.CLIENT ? Role.SERVER : Role.CLIENT;
  }
}
