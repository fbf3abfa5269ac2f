package dev.ahti.transport.netty;

import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import java.util.Iterator;
import java.util.Map;

/**
 * SETTINGS of HTTP/3 that know whether somebody has looked at them: those that a server does not
 * hand on would leave it without WebTransport, and without a word.
 */
final class AnnouncedSettings implements Http3SettingsFrame {
  private final Http3Settings settings = new Http3Settings((id, value) -> true);
  private boolean used;

  AnnouncedSettings(Map<Long, Long> announced) {
    announced.forEach(settings::put);
  }

  boolean used() {
    return used;
  }

  @Override
  public Http3Settings settings() {
    used = true;
    return settings;
  }

  @Override
  public Iterator<Map.Entry<Long, Long>> iterator() {
    return settings().iterator();
  }

  @Override
  public String toString() {
    return settings.toString();
  }
}
