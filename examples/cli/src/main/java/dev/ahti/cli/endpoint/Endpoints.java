package dev.ahti.cli.endpoint;

import dev.ahti.webtransport.server.SessionHandler;
import java.util.Map;

/** The endpoints by path. */
public final class Endpoints {
  private Endpoints() {}

  /** Every endpoint. */
  public static Map<String, SessionHandler> all() {
    return Map.of(
        "/echo", new Echo(),
        "/sink", new CountingSink(),
        "/source", new ByteSource(),
        "/push", new Push());
  }
}
