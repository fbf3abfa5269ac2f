package dev.ahti.wtspec;

/** The drafts as the examiner knows them: bytes from their texts, not from our modules. */
public enum Era {
  /** Drafts 02 and 03. */
  D02("80ffd27701", "ab603742", "webtransport"),
  /** Drafts 07 to 12. */
  D07("3301", "c0000000c671706a", "webtransport"),
  /** Drafts 13 and 14. */
  D14("3301", "94e9cd29", "webtransport"),
  /** Drafts 15 and 16. */
  D16("3301", "ac7cf000", "webtransport-h3");

  private final String datagrams;
  private final String webTransport;
  private final String token;

  Era(String datagrams, String webTransport, String token) {
    this.datagrams = datagrams;
    this.webTransport = webTransport;
    this.token = token;
  }

  /** The settings that either side of this draft must send, and no others, as pairs. */
  public String settings() {
    return settings(1);
  }

  /**
   * The same with this many sessions, at most 63, where the draft announces their number.
   *
   * @param sessions how many a client may have on a connection
   */
  public String settings(int sessions) {
    boolean counts = this == D07 || this == D14;
    return datagrams + webTransport + RawHttp.number(counts ? sessions : 1);
  }

  /** The control stream of a client of this draft: its type, and SETTINGS with nothing more. */
  public String clientControl() {
    return "00" + RawHttp.frame(0x04, settings());
  }

  /** The control stream of a server of this draft, which also allows extended CONNECT. */
  public String serverControl() {
    return "00" + RawHttp.frame(0x04, "0801" + settings());
  }

  /** What {@code :protocol} is. */
  public String token() {
    return token;
  }

  /** A CONNECT of this draft, without an Origin. */
  public RawFields connect(String path) {
    return RawFields.of(
        ":method", "CONNECT",
        ":protocol", token,
        ":scheme", "https",
        ":authority", "127.0.0.1",
        ":path", path);
  }
}
