package dev.ahti.engine.dialect;

/** The versions of HTTP that WebTransport has a binding to. */
public enum HttpVersion {
  /** Over QUIC: streams and datagrams are the transport's own. */
  HTTP_3,
  /** Over TLS on TCP: streams and datagrams are capsules in the body of one request. */
  HTTP_2
}
