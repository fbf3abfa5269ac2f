package dev.ahti.wtspec;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** How a raw peer's TLS and HTTP/2 are set up. Immutable; start from {@link #DEFAULTS}. */
public final class RawTcpOptions {

  /** A well-disposed peer: TLS 1.3, ALPN h2, no settings, windows of 64 KiB returned when taken. */
  public static final RawTcpOptions DEFAULTS = new RawTcpOptions();

  private String tlsVersion = "TLSv1.3";
  private String applicationProtocol = "h2";
  private Map<Integer, Long> settings = Map.of();
  private boolean sendingSettings = true;
  private boolean settingsBehindTheirs;
  private boolean acknowledging = true;
  private boolean returningWindows = true;
  private boolean bytewise;
  private String from = "127.0.0.1";
  private RawCertificate certificate = RawCertificate.shared();

  private RawTcpOptions() {}

  private RawTcpOptions with(Consumer<RawTcpOptions> change) {
    RawTcpOptions next = new RawTcpOptions();
    next.tlsVersion = tlsVersion;
    next.applicationProtocol = applicationProtocol;
    next.settings = settings;
    next.sendingSettings = sendingSettings;
    next.settingsBehindTheirs = settingsBehindTheirs;
    next.acknowledging = acknowledging;
    next.returningWindows = returningWindows;
    next.bytewise = bytewise;
    next.from = from;
    next.certificate = certificate;
    change.accept(next);
    return next;
  }

  /** With this version of TLS and no other, such as "TLSv1.2". */
  public RawTcpOptions withTls(String version) {
    return with(next -> next.tlsVersion = version);
  }

  /** With another protocol in TLS (ALPN), and none beside it; empty for a TLS without ALPN. */
  public RawTcpOptions withApplicationProtocol(String name) {
    return with(next -> next.applicationProtocol = name);
  }

  /** With one more setting in the first SETTINGS frame, or another value of one. */
  public RawTcpOptions withSetting(int id, long value) {
    Map<Integer, Long> all = new TreeMap<>(settings);
    all.put(id, value);
    return with(next -> next.settings = Map.copyOf(all));
  }

  /** Without a setting. */
  public RawTcpOptions withoutSetting(int id) {
    Map<Integer, Long> all = new TreeMap<>(settings);
    all.remove(id);
    return with(next -> next.settings = Map.copyOf(all));
  }

  /** Without SETTINGS of its own. */
  public RawTcpOptions withoutSettings() {
    return with(next -> next.sendingSettings = false);
  }

  /**
   * With the first SETTINGS only when the other side's have come, in one go with the answer to
   * those, if there is one: whoever sees the one has the other. Servers only.
   */
  public RawTcpOptions withSettingsBehindTheirs() {
    return with(next -> next.settingsBehindTheirs = true);
  }

  /** Without an answer to SETTINGS until {@link RawTcpPeer#acknowledge} is called. */
  public RawTcpOptions withoutAcknowledging() {
    return with(next -> next.acknowledging = false);
  }

  /** Without WINDOW_UPDATE for what was taken, but by {@link RawTcpPeer#grant}. */
  public RawTcpOptions withoutReturningWindows() {
    return with(next -> next.returningWindows = false);
  }

  /** With a padded DATA frame for each byte of a body. */
  public RawTcpOptions withEachByteAlone() {
    return with(next -> next.bytewise = true);
  }

  /** With another address of this machine, such as 127.0.0.2 or ::1, as its own; clients only. */
  public RawTcpOptions withFrom(String address) {
    return with(next -> next.from = address);
  }

  /** With another certificate; servers only. */
  public RawTcpOptions withCertificate(RawCertificate other) {
    return with(next -> next.certificate = other);
  }

  /** The one version of TLS. */
  String tlsVersion() {
    return tlsVersion;
  }

  /** What TLS agrees on. */
  String applicationProtocol() {
    return applicationProtocol;
  }

  /** The first SETTINGS, by their ids. */
  Map<Integer, Long> settings() {
    return settings;
  }

  /** Whether it sends SETTINGS at all. */
  boolean sendingSettings() {
    return sendingSettings;
  }

  /** Whether a server waits for its client's SETTINGS with its own. */
  boolean settingsBehindTheirs() {
    return settingsBehindTheirs;
  }

  /** Whether SETTINGS are answered at once. */
  boolean acknowledging() {
    return acknowledging;
  }

  /** Whether the window of what was taken goes back to the other side. */
  boolean returningWindows() {
    return returningWindows;
  }

  /** Whether each byte of a body goes in a frame of its own. */
  boolean bytewise() {
    return bytewise;
  }

  /** Its own address. */
  String from() {
    return from;
  }

  /** What a server shows. */
  RawCertificate certificate() {
    return certificate;
  }
}
