package dev.ahti.transport.netty.http3;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes down what the peer's critical streams say, up to the first failure, as a connection. */
final class ToldControl implements PeerControl {
  private final List<String> told = new ArrayList<>();
  private long skipped;
  private boolean failed;

  /** What was told, in order; behind it the sum of what was skipped, if anything was. */
  List<String> result() {
    List<String> all = new ArrayList<>(told);
    if (skipped > 0) {
      all.add("skipped " + skipped);
    }
    return all;
  }

  @Override
  public void peerSettings(Map<Long, Long> settings) {
    tell("settings " + new TreeMap<>(settings));
  }

  @Override
  public void peerGoAway(long id) {
    tell("goaway " + id);
  }

  @Override
  public void settingsTooLarge() {
    // What is told of it is the failure.
  }

  @Override
  public void skipped(long bytes) {
    if (!failed) {
      skipped += bytes;
    }
  }

  @Override
  public void fail(long code, String why) {
    tell("fail 0x" + Long.toHexString(code));
    failed = true;
  }

  private void tell(String what) {
    if (!failed) {
      told.add(what);
    }
  }
}
