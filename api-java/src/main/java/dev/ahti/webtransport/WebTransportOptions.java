package dev.ahti.webtransport;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.webtransport.impl.Anticipated;
import dev.ahti.webtransport.impl.Dialling;
import dev.ahti.webtransport.impl.KeyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects. Immutable: each {@code with…} gives a changed copy.
 *
 * <p>Without any, the server's certificate is checked against the JDK's trust store and the host
 * name, the configured drafts are offered, and no origin is sent.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-configuration">W3C WebTransport,
 *     WebTransportOptions</a>
 */
public final class WebTransportOptions {
  private static final WebTransportOptions DEFAULTS = new WebTransportOptions(new Values());

  private final Values values;

  private WebTransportOptions(Values values) {
    this.values = values;
  }

  /** The defaults. */
  public static WebTransportOptions create() {
    return DEFAULTS;
  }

  /**
   * Accepts a certificate with one of these hashes instead of checking it against authorities. The
   * certificate must hold an ECDSA key on P-256 and be valid now and for 14 days in all at most;
   * the host name is not compared.
   */
  public WebTransportOptions withServerCertificateHashes(WebTransportHash... hashes) {
    return with(next -> next.serverCertificateHashes = List.of(hashes));
  }

  /** Trusts these authorities instead of the JDK's; the host name is compared. */
  public WebTransportOptions withTrustedAuthorities(List<X509Certificate> authorities) {
    return with(next -> next.trustedAuthorities = List.copyOf(authorities));
  }

  /**
   * Trusts the authorities in a file instead of the JDK's.
   *
   * @param file certificates in PEM or one in DER
   * @throws IOException when it cannot be read or holds no certificate; the message names the file
   */
  public WebTransportOptions withTrustedAuthorities(Path file) throws IOException {
    return withTrustedAuthorities(KeyFiles.readChain(file));
  }

  /**
   * Accepts any certificate. Anybody on the way can then read and change everything: for tests
   * against a server whose certificate cannot be known. Hashes or authorities that are given are
   * still asked for.
   */
  public WebTransportOptions withoutCertificateCheck() {
    return with(next -> next.insecure = true);
  }

  /**
   * Sends an {@code Origin}, as a browser does.
   *
   * @param value {@code null}, or scheme, host and port as {@code https://example.org:8443}
   * @throws IllegalArgumentException for anything else
   * @see <a href="https://www.rfc-editor.org/rfc/rfc6454">RFC 6454</a>
   */
  public WebTransportOptions withOrigin(String value) {
    Dialling.requireOrigin(value);
    return with(next -> next.origin = Optional.of(value));
  }

  /**
   * Sends these headers with the request: nothing else is sent of a browser's accord, no cookies
   * and no credentials. Their number and size have limits ({@code ahti.headers}, and the server's),
   * which connecting fails at.
   *
   * @throws WebTransportTypeException for a name that the protocol has for itself, such as {@code
   *     host}, {@code origin}, {@code content-length} or {@code wt-available-protocols}, and for a
   *     value of other than printable ASCII
   */
  public WebTransportOptions withHeaders(WebTransportHeaders headers) {
    for (Map.Entry<String, String> entry : headers.entries()) {
      Dialling.requireHeader(entry.getKey(), entry.getValue());
    }
    return with(next -> next.headers = headers);
  }

  /**
   * Offers these protocols, of which the server chooses at most one for the application to speak in
   * the session: {@link WebTransport#protocol()}.
   *
   * @param names in order of preference
   * @throws WebTransportSyntaxException when one comes twice, or is not of 1 to 512 printable ASCII
   *     characters
   */
  public WebTransportOptions withProtocols(String... names) {
    return with(next -> next.protocols = Dialling.protocols(List.of(names), false));
  }

  /**
   * Offers these protocols and fails when the server chooses none of them; else as {@link
   * #withProtocols}.
   *
   * @throws WebTransportSyntaxException also when there is none
   */
  public WebTransportOptions withRequiredProtocols(String... names) {
    return with(next -> next.protocols = Dialling.protocols(List.of(names), true));
  }

  /** Tells the server how urgent the session is. */
  public WebTransportOptions withPriority(WebTransportPriority value) {
    return with(next -> next.priority = Optional.of(value));
  }

  /**
   * Acts for a page of this origin as a browser does: sends the origin, and tells whoever holds the
   * session only <em>that</em> it could not be established, not why. Until the server has accepted
   * the origin, a page must not learn from the answer what else is on the server's network.
   *
   * @param pageOrigin as in {@link #withOrigin}
   * @throws IllegalArgumentException as there
   * @see <a href="https://www.rfc-editor.org/rfc/rfc6454">RFC 6454</a>
   */
  public WebTransportOptions onBehalfOf(String pageOrigin) {
    return withOrigin(pageOrigin).with(next -> next.hidesFailures = true);
  }

  /**
   * Tries these versions of HTTP: HTTP/3 first, and HTTP/2 beside it after {@code
   * ahti.dialer.http2-head-start}, or when HTTP/3 has failed; at once with a server that HTTP/3 was
   * not known to get through to lately. The first to connect is used. Both unless set; {@link
   * #withRequireUnreliable} leaves HTTP/3 alone.
   */
  public WebTransportOptions withHttpVersions(
      WebTransportHttpVersion first, WebTransportHttpVersion... more) {
    return with(next -> next.httpVersions = Set.copyOf(EnumSet.of(first, more)));
  }

  /** Offers only these drafts; the newest that the server also speaks is used. */
  public WebTransportOptions withDrafts(WebTransportDraft first, WebTransportDraft... more) {
    return withDialects(values.dialects.withDrafts(first, more));
  }

  /** Speaks these drafts, and is so lenient; as configured in {@code ahti.dialects} unless set. */
  public WebTransportOptions withDialects(WebTransportDialects value) {
    return with(next -> next.dialects = value);
  }

  /**
   * How long it may take in all until the session is established; 30 seconds unless set. Of this,
   * connecting has {@code ahti.dialer.connect-timeout} for each version of HTTP, and the server
   * {@code ahti.dialer.answer-timeout} for its answer.
   */
  public WebTransportOptions withConnectTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("connectTimeout: " + timeout + " (expected: above zero)");
    }
    return with(next -> next.connectTimeout = timeout);
  }

  /**
   * Whether the session may share a connection with other sessions to the same server that allow it
   * too and have the same trust, client certificate, congestion control, versions of HTTP, drafts,
   * limits and {@linkplain #withPartitionKey partition key}, and ask alike for keying material and
   * unreliable transport; it never tells whether it does. Sessions of a connection share its
   * windows and end with it. Without, each session has a connection of its own.
   *
   * <p>Not together with {@linkplain #withServerCertificateHashes hashes}: connecting is then
   * refused with a {@link WebTransportNotSupportedException}.
   */
  public WebTransportOptions withAllowPooling(boolean allow) {
    return with(next -> next.allowPooling = allow);
  }

  /** Shows this certificate to a server that asks for one; otherwise none is shown. */
  public WebTransportOptions withClientCertificate(ClientCertificate certificate) {
    return with(next -> next.clientCertificate = Optional.of(certificate));
  }

  /**
   * Makes {@link WebTransport#exportKeyingMaterial} possible: the connection then keeps the secret
   * that the material is derived from until it closes.
   */
  public WebTransportOptions withKeyingMaterialExport() {
    return with(next -> next.exporting = true);
  }

  /**
   * What the congestion control is to be good at; {@link WebTransportCongestionControl#DEFAULT}
   * unless set. {@link WebTransport#congestionControl()} tells whether the wish was met.
   */
  public WebTransportOptions withCongestionControl(WebTransportCongestionControl wish) {
    return with(next -> next.congestionControl = requireNonNull(wish, "congestionControl"));
  }

  /**
   * Sends at the pace that this algorithm finds, whatever {@link #withCongestionControl} wishes;
   * unless either is set, at that of the configured one.
   */
  public WebTransportOptions withCongestionControlAlgorithm(CongestionControlAlgorithm algorithm) {
    return with(next -> next.algorithm = Optional.of(algorithm));
  }

  /**
   * Refuses connections without unreliable transport: then {@link WebTransport#ready()} fails. Off
   * unless set.
   */
  public WebTransportOptions withRequireUnreliable(boolean require) {
    return with(next -> next.requireUnreliable = require);
  }

  /**
   * How many streams the server is expected to have open at a time, of those that only it writes:
   * see {@link WebTransport#setAnticipatedConcurrentIncomingUnidirectionalStreams}. Known before
   * the connection is made, it also raises the limits of QUIC where the connection is not shared.
   *
   * @param streams 0 to 65535; {@code null} for as many as configured
   * @throws WebTransportTypeException for any other
   */
  public WebTransportOptions withAnticipatedConcurrentIncomingUnidirectionalStreams(
      @Nullable Integer streams) {
    OptionalInt checked = Anticipated.require(streams);
    return with(next -> next.anticipatedUnidirectional = checked);
  }

  /**
   * As {@link #withAnticipatedConcurrentIncomingUnidirectionalStreams}, of streams that both sides
   * write.
   */
  public WebTransportOptions withAnticipatedConcurrentIncomingBidirectionalStreams(
      @Nullable Integer streams) {
    OptionalInt checked = Anticipated.require(streams);
    return with(next -> next.anticipatedBidirectional = checked);
  }

  /**
   * How many bytes of all streams of the session the server may send ahead of what the application
   * has taken: the limit that it is told at the start, and that grows with what is taken. What is
   * configured ({@code ahti.session.flow.data-window}) unless set. In force with servers that have
   * flow control of sessions: all over HTTP/2, those of draft 14 and later that offer it over
   * HTTP/3.
   *
   * @param bytes 1 to 2^60
   * @throws IllegalArgumentException for any other
   */
  public WebTransportOptions withMaxData(long bytes) {
    OptionalLong limit = OptionalLong.of(bytes);
    Dialling.requireLimits(limit, OptionalInt.empty());
    return with(next -> next.maxData = limit);
  }

  /**
   * How many bidirectional streams the server may open in the session ahead of those that have
   * ended; in force as {@link #withMaxData} is. What is configured ({@code
   * ahti.session.flow.streams-bidirectional}) unless set. Over HTTP/3 the connection has a limit,
   * too ({@code ahti.netty.streams-bidirectional}).
   *
   * @param streams above zero
   * @throws IllegalArgumentException for any other
   */
  public WebTransportOptions withMaxStreamsBidirectional(int streams) {
    OptionalInt limit = OptionalInt.of(streams);
    Dialling.requireLimits(OptionalLong.empty(), limit);
    return with(next -> next.maxStreamsBidirectional = limit);
  }

  /** As {@link #withMaxStreamsBidirectional}, of unidirectional streams. */
  public WebTransportOptions withMaxStreamsUnidirectional(int streams) {
    OptionalInt limit = OptionalInt.of(streams);
    Dialling.requireLimits(OptionalLong.empty(), limit);
    return with(next -> next.maxStreamsUnidirectional = limit);
  }

  /**
   * What datagrams are read as; {@link ReadableStreamType#DEFAULT} unless set.
   *
   * @see WebTransportDatagramDuplexStream#readable()
   */
  public WebTransportOptions withDatagramsReadableType(ReadableStreamType type) {
    return with(next -> next.datagramsReadableType = requireNonNull(type, "readableType"));
  }

  /**
   * Shares connections only with sessions of the same key, and those without a key with each other:
   * what the W3C text has as the network partition key, so that what different parties do on their
   * sessions cannot be connected by their connection. Without {@link #withAllowPooling} it has no
   * effect.
   */
  public WebTransportOptions withPartitionKey(String key) {
    return with(next -> next.partitionKey = requireNonNull(key, "partitionKey"));
  }

  /** The certificate to show; empty unless set. */
  public Optional<ClientCertificate> clientCertificate() {
    return values.clientCertificate;
  }

  /** Whether keying material can be exported. */
  public boolean exportsKeyingMaterial() {
    return values.exporting;
  }

  /** What the congestion control is to be good at. */
  public WebTransportCongestionControl congestionControl() {
    return values.congestionControl;
  }

  /** The algorithm asked for. */
  public Optional<CongestionControlAlgorithm> congestionControlAlgorithm() {
    return values.algorithm;
  }

  /** The versions of HTTP that are tried. */
  public Set<WebTransportHttpVersion> httpVersions() {
    return values.httpVersions;
  }

  /** Whether a connection without unreliable transport is of no use. */
  public boolean requiresUnreliable() {
    return values.requireUnreliable;
  }

  /** How many unidirectional streams of the server are expected at a time. */
  public OptionalInt anticipatedConcurrentIncomingUnidirectionalStreams() {
    return values.anticipatedUnidirectional;
  }

  /** How many bidirectional streams of the server are expected at a time. */
  public OptionalInt anticipatedConcurrentIncomingBidirectionalStreams() {
    return values.anticipatedBidirectional;
  }

  /** How many bytes the server may be ahead; empty for what is configured. */
  public OptionalLong maxData() {
    return values.maxData;
  }

  /** How many bidirectional streams the server may be ahead; empty for what is configured. */
  public OptionalInt maxStreamsBidirectional() {
    return values.maxStreamsBidirectional;
  }

  /** How many unidirectional streams the server may be ahead; empty for what is configured. */
  public OptionalInt maxStreamsUnidirectional() {
    return values.maxStreamsUnidirectional;
  }

  /** What datagrams are read as. */
  public ReadableStreamType datagramsReadableType() {
    return values.datagramsReadableType;
  }

  /** What sessions must have in common to share a connection; empty unless set. */
  public String partitionKey() {
    return values.partitionKey;
  }

  /** The hashes; empty unless set. */
  public List<WebTransportHash> serverCertificateHashes() {
    return values.serverCertificateHashes;
  }

  /** The authorities; empty means the JDK's. */
  public List<X509Certificate> trustedAuthorities() {
    return values.trustedAuthorities;
  }

  /** Whether the certificate is checked without hashes and authorities, too. */
  public boolean checksCertificate() {
    return !values.insecure;
  }

  /** The origin to send. */
  public Optional<String> origin() {
    return values.origin;
  }

  /** The headers to send. */
  public WebTransportHeaders headers() {
    return values.headers;
  }

  /** The protocols to offer. */
  public List<String> protocols() {
    return values.protocols.names();
  }

  /** Whether a session without one of the protocols is of no use. */
  public boolean requiresProtocol() {
    return values.protocols.required();
  }

  /** The priority to ask for. */
  public Optional<WebTransportPriority> priority() {
    return values.priority;
  }

  /** Whether the session does not tell why it could not be established. */
  public boolean hidesFailures() {
    return values.hidesFailures;
  }

  /** The drafts to offer, and how lenient to be. */
  public WebTransportDialects dialects() {
    return values.dialects;
  }

  /** Whether the session may share a connection. */
  public boolean allowsPooling() {
    return values.allowPooling;
  }

  /** How long connecting may take. */
  public Duration connectTimeout() {
    return values.connectTimeout;
  }

  private WebTransportOptions with(Consumer<Values> change) {
    Values next = new Values(values);
    change.accept(next);
    return new WebTransportOptions(next);
  }

  /** What was set; nobody changes it once it is in an instance. */
  private static final class Values {
    List<WebTransportHash> serverCertificateHashes = List.of();
    List<X509Certificate> trustedAuthorities = List.of();
    boolean insecure;
    Optional<String> origin = Optional.empty();
    WebTransportHeaders headers = WebTransportHeaders.EMPTY;
    ProtocolOffer protocols = ProtocolOffer.NONE;
    Optional<WebTransportPriority> priority = Optional.empty();
    boolean hidesFailures;
    WebTransportDialects dialects = WebTransportDialects.configured();
    Duration connectTimeout = Duration.ofSeconds(30);
    boolean allowPooling;
    Optional<ClientCertificate> clientCertificate = Optional.empty();
    boolean exporting;
    WebTransportCongestionControl congestionControl = WebTransportCongestionControl.DEFAULT;
    Optional<CongestionControlAlgorithm> algorithm = Optional.empty();
    boolean requireUnreliable;
    Set<WebTransportHttpVersion> httpVersions = Set.of(WebTransportHttpVersion.values());
    OptionalInt anticipatedUnidirectional = OptionalInt.empty();
    OptionalInt anticipatedBidirectional = OptionalInt.empty();
    ReadableStreamType datagramsReadableType = ReadableStreamType.DEFAULT;
    String partitionKey = "";
    OptionalLong maxData = OptionalLong.empty();
    OptionalInt maxStreamsBidirectional = OptionalInt.empty();
    OptionalInt maxStreamsUnidirectional = OptionalInt.empty();

    Values() {}

    Values(Values from) {
      serverCertificateHashes = from.serverCertificateHashes;
      trustedAuthorities = from.trustedAuthorities;
      insecure = from.insecure;
      origin = from.origin;
      headers = from.headers;
      protocols = from.protocols;
      priority = from.priority;
      hidesFailures = from.hidesFailures;
      dialects = from.dialects;
      connectTimeout = from.connectTimeout;
      allowPooling = from.allowPooling;
      clientCertificate = from.clientCertificate;
      exporting = from.exporting;
      congestionControl = from.congestionControl;
      algorithm = from.algorithm;
      requireUnreliable = from.requireUnreliable;
      httpVersions = from.httpVersions;
      anticipatedUnidirectional = from.anticipatedUnidirectional;
      anticipatedBidirectional = from.anticipatedBidirectional;
      datagramsReadableType = from.datagramsReadableType;
      partitionKey = from.partitionKey;
      maxData = from.maxData;
      maxStreamsBidirectional = from.maxStreamsBidirectional;
      maxStreamsUnidirectional = from.maxStreamsUnidirectional;
    }
  }
}
