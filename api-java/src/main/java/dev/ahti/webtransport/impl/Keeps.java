package dev.ahti.webtransport.impl;

import org.apache.pekko.stream.Attributes;

/**
 * Keeps a session referenced while a stage runs that works for it: a running stage holds its
 * attributes, and nothing else of the graph does.
 */
record Keeps(ApiSession session) implements Attributes.Attribute {

  static Attributes of(ApiSession session) {
    return Attributes.apply(new Keeps(session));
  }
}
