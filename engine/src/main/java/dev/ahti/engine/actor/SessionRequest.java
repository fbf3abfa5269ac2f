package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.wire.Fields;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * A client's request for a session, already found well formed and of an allowed origin.
 *
 * @param fields every field as it came, pseudo fields included
 * @param path the {@code :path}, with its query
 * @param authority the {@code :authority}
 * @param origin the {@code origin}; empty when the client sent none
 * @param protocols what the client can speak in the session, in its order of preference
 * @param remote the client's address
 * @param dialect the draft this session will speak
 * @param clientCertificates the chain of the client, leaf first, checked in the handshake; empty
 *     when it was not asked for or the client has none
 */
public record SessionRequest(
    Fields fields,
    String path,
    String authority,
    Optional<String> origin,
    List<String> protocols,
    InetSocketAddress remote,
    Dialect dialect,
    List<X509Certificate> clientCertificates) {}
