package dev.ahti.transport.netty.http3;

import java.util.Map;

/** Whom the peer's control and QPACK streams tell what they say. Called on the loop. */
interface PeerControl {

  /** The peer's SETTINGS, which are well formed; their values are not judged. */
  void peerSettings(Map<Long, Long> settings);

  /** The peer answers no requests from this id on. */
  void peerGoAway(long id);

  /** Its SETTINGS are longer than allowed, which {@link #fail} says next. */
  void settingsTooLarge();

  /** So many bytes of frames of no interest have passed. */
  void skipped(long bytes);

  /** The peer broke a rule: the connection ends with this code. */
  void fail(long code, String why);
}
