package dev.ahti.cli.browser;

import dev.ahti.wtspec.proxy.Impairment;
import java.util.List;
import java.util.Optional;

/** What lies between a browser and the server. */
enum Network {
  /** Nothing. */
  LOOPBACK("", Impairment.NONE, 8 << 20),
  /** Nothing either, and the server has an address of IPv6. */
  IPV6("", Impairment.NONE, 8 << 20),
  /**
   * The server reads each byte of a stream alone, and handles it as one element; so the large
   * transfer has 64 KiB here, where 8 MiB would take minutes and say no more.
   */
  EACH_BYTE_ALONE("ahti.netty.read-size = 1", Impairment.NONE, 64 << 10),
  /** Two packets in a hundred are lost each way, three in a row on average. */
  LOSSY("", Impairment.NONE.withLoss(0.02, 3), 8 << 20);

  private final String config;
  private final Impairment impairment;
  private final int bulkBytes;

  Network(String config, Impairment impairment, int bulkBytes) {
    this.config = config;
    this.impairment = impairment;
    this.bulkBytes = bulkBytes;
  }

  /** Where the server listens; the proxy of an impaired network is on the same host. */
  String host() {
    return this == IPV6 ? "::1" : "127.0.0.1";
  }

  /** The cases to run: the address of the server matters to few of them. */
  List<BrowserCase> cases() {
    return this == IPV6
        ? List.of(BrowserCase.CONNECT, BrowserCase.DEMO_PAGE)
        : List.of(BrowserCase.values());
  }

  /** What is set differently in the server's actor system. */
  String config() {
    return config;
  }

  /** What packets meet in either direction; empty where no proxy is needed. */
  Optional<Impairment> impairment() {
    return Optional.of(impairment).filter(packets -> !packets.equals(Impairment.NONE));
  }

  /** How much longer everything may take here. */
  int patience() {
    return this == LOSSY ? 3 : 1;
  }

  /** How much is moved at once in the case that moves much, a multiple of 4. */
  int bulkBytes() {
    return bulkBytes;
  }
}
