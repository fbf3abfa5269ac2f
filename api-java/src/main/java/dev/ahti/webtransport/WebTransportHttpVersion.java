package dev.ahti.webtransport;

/**
 * The versions of HTTP that a session can ride on. Over both it is the same session to the
 * application, but that datagrams over HTTP/2 come late rather than get lost.
 */
public enum WebTransportHttpVersion {
  /** Over QUIC, on UDP (draft-ietf-webtrans-http3). */
  HTTP_3,
  /** Over TLS, on TCP (draft-ietf-webtrans-http2), for networks that drop UDP. */
  HTTP_2
}
