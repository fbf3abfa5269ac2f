package dev.ahti.engine.spi;

import dev.ahti.engine.dialect.HttpVersion;
import java.util.Map;

/**
 * What to be embedded with: a server that the application has made with the transport's library
 * accepts the connections, and gives the transport those of sessions.
 *
 * @param name the listener's name, by which the application finds it
 * @param settings the versions of HTTP to be embedded in, at least one, and the SETTINGS that each
 *     has to send besides its server's own
 */
public record EmbedOptions(String name, Map<HttpVersion, Map<Long, Long>> settings) {

  /** Copies the map. */
  public EmbedOptions {
    settings = Map.copyOf(settings);
  }
}
