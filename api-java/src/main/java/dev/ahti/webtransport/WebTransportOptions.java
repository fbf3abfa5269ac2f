package dev.ahti.webtransport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a client connects. Immutable: each {@code with…} gives a changed copy.
 *
 * <p>Without any, the server's certificate is checked against the JDK's trust store and the host
 * name, every draft is offered, and no origin is sent.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-configuration">W3C WebTransport,
 *     WebTransportOptions</a>
 */
public final class WebTransportOptions {
  private static final Set<String> OWNED_HEADERS =
      Set.of(
          "capsule-protocol",
          "connection",
          "content-length",
          "host",
          "keep-alive",
          "origin",
          "proxy-connection",
          "sec-webtransport-http3-draft02",
          "te",
          "transfer-encoding",
          "upgrade",
          "wt-available-protocols");

  private static final WebTransportOptions DEFAULTS =
      new WebTransportOptions(
          List.of(),
          List.of(),
          false,
          Optional.empty(),
          WebTransportHeaders.EMPTY,
          EnumSet.allOf(WebTransportDraft.class),
          Duration.ofSeconds(10),
          false);

  private final List<WebTransportHash> serverCertificateHashes;
  private final List<X509Certificate> trustedAuthorities;
  private final boolean insecure;
  private final Optional<String> origin;
  private final WebTransportHeaders headers;
  private final Set<WebTransportDraft> drafts;
  private final Duration connectTimeout;
  private final boolean allowPooling;

  private WebTransportOptions(
      List<WebTransportHash> serverCertificateHashes,
      List<X509Certificate> trustedAuthorities,
      boolean insecure,
      Optional<String> origin,
      WebTransportHeaders headers,
      Set<WebTransportDraft> drafts,
      Duration connectTimeout,
      boolean allowPooling) {
    this.serverCertificateHashes = serverCertificateHashes;
    this.trustedAuthorities = trustedAuthorities;
    this.insecure = insecure;
    this.origin = origin;
    this.headers = headers;
    this.drafts = drafts;
    this.connectTimeout = connectTimeout;
    this.allowPooling = allowPooling;
  }

  /** The defaults. */
  public static WebTransportOptions create() {
    return DEFAULTS;
  }

  /**
   * Accepts a certificate with one of these hashes instead of checking it against authorities. The
   * certificate must hold an ECDSA key and be valid now and for 14 days in all at most; the host
   * name is not compared.
   */
  public WebTransportOptions withServerCertificateHashes(WebTransportHash... hashes) {
    return new WebTransportOptions(
        List.of(hashes),
        trustedAuthorities,
        insecure,
        origin,
        headers,
        drafts,
        connectTimeout,
        allowPooling);
  }

  /** Trusts these authorities instead of the JDK's; the host name is compared. */
  public WebTransportOptions withTrustedAuthorities(List<X509Certificate> authorities) {
    return new WebTransportOptions(
        serverCertificateHashes,
        List.copyOf(authorities),
        insecure,
        origin,
        headers,
        drafts,
        connectTimeout,
        allowPooling);
  }

  /**
   * Trusts the authorities in a file instead of the JDK's.
   *
   * @param file certificates in PEM or one in DER
   * @throws IOException when it cannot be read or holds no certificate; the message names the file
   */
  public WebTransportOptions withTrustedAuthorities(Path file) throws IOException {
    List<X509Certificate> authorities = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        authorities.add((X509Certificate) one);
      }
    } catch (CertificateException e) {
      throw new IOException(file + ": " + e.getMessage() + " (expected: X.509 certificates)", e);
    }
    if (authorities.isEmpty()) {
      throw new IOException(file + ": no certificate in it (expected: X.509 certificates)");
    }
    return withTrustedAuthorities(authorities);
  }

  /**
   * Accepts any certificate. Anybody on the way can then read and change everything: for tests
   * against a server whose certificate cannot be known. Hashes or authorities that are given are
   * still asked for.
   */
  public WebTransportOptions withoutCertificateCheck() {
    return new WebTransportOptions(
        serverCertificateHashes,
        trustedAuthorities,
        true,
        origin,
        headers,
        drafts,
        connectTimeout,
        allowPooling);
  }

  /** Sends an {@code Origin}, as a browser does. */
  public WebTransportOptions withOrigin(String value) {
    return new WebTransportOptions(
        serverCertificateHashes,
        trustedAuthorities,
        insecure,
        Optional.of(value),
        headers,
        drafts,
        connectTimeout,
        allowPooling);
  }

  /**
   * Sends these headers with the request.
   *
   * @throws IllegalArgumentException for a name that the connection or these options own, such as
   *     {@code host}, {@code origin} or {@code wt-available-protocols}
   */
  public WebTransportOptions withHeaders(WebTransportHeaders values) {
    for (Map.Entry<String, String> entry : values.entries()) {
      if (OWNED_HEADERS.contains(entry.getKey())) {
        throw new IllegalArgumentException(
            "header: " + entry.getKey() + " (expected: one that Ahti does not set itself)");
      }
    }
    return new WebTransportOptions(
        serverCertificateHashes,
        trustedAuthorities,
        insecure,
        origin,
        values,
        drafts,
        connectTimeout,
        allowPooling);
  }

  /** Offers only these drafts; the newest that the server also speaks is used. */
  public WebTransportOptions withDrafts(WebTransportDraft first, WebTransportDraft... more) {
    return new WebTransportOptions(
        serverCertificateHashes,
        trustedAuthorities,
        insecure,
        origin,
        headers,
        EnumSet.of(first, more),
        connectTimeout,
        allowPooling);
  }

  /** How long it may take until the session is established; 10 seconds unless set. */
  public WebTransportOptions withConnectTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("connectTimeout: " + timeout + " (expected: above zero)");
    }
    return new WebTransportOptions(
        serverCertificateHashes,
        trustedAuthorities,
        insecure,
        origin,
        headers,
        drafts,
        timeout,
        allowPooling);
  }

  /**
   * Whether the session may share a connection with other sessions to the same server that allow it
   * too and have the same trust and drafts; it never tells whether it does. Sessions of a
   * connection share its windows and end with it. Without, each session has a connection of its
   * own.
   *
   * <p>Not together with {@linkplain #withServerCertificateHashes hashes}: connecting is then
   * refused with an {@link IllegalArgumentException} (the W3C text's {@code NotSupportedError}).
   */
  public WebTransportOptions withAllowPooling(boolean allow) {
    return new WebTransportOptions(
        serverCertificateHashes,
        trustedAuthorities,
        insecure,
        origin,
        headers,
        drafts,
        connectTimeout,
        allow);
  }

  /** The hashes; empty unless set. */
  public List<WebTransportHash> serverCertificateHashes() {
    return serverCertificateHashes;
  }

  /** The authorities; empty means the JDK's. */
  public List<X509Certificate> trustedAuthorities() {
    return trustedAuthorities;
  }

  /** Whether the certificate is checked without hashes and authorities, too. */
  public boolean checksCertificate() {
    return !insecure;
  }

  /** The origin to send. */
  public Optional<String> origin() {
    return origin;
  }

  /** The headers to send. */
  public WebTransportHeaders headers() {
    return headers;
  }

  /** The drafts to offer. */
  public Set<WebTransportDraft> drafts() {
    return Set.copyOf(drafts);
  }

  /** Whether the session may share a connection. */
  public boolean allowsPooling() {
    return allowPooling;
  }

  /** How long connecting may take. */
  public Duration connectTimeout() {
    return connectTimeout;
  }
}
