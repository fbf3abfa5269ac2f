package dev.ahti.cli.browser;

import dev.ahti.wtspec.proxy.Impairment;
import java.util.Optional;
import java.util.stream.Stream;

/** What lies between a browser and the server. */
enum Network {
  /** Nothing. */
  LOOPBACK("", Impairment.NONE),
  /** The server reads each byte of a stream alone. */
  EACH_BYTE_ALONE("ahti.netty.read-size = 1", Impairment.NONE),
  /** Two packets in a hundred are lost each way, three in a row on average. */
  LOSSY("", Impairment.NONE.withLoss(0.02, 3));

  private final String config;
  private final Impairment impairment;

  Network(String config, Impairment impairment) {
    this.config = config;
    this.impairment = impairment;
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

  /** What a browser is taken through: 8 MiB in pieces of a byte say no more than less does. */
  Stream<BrowserCase> cases() {
    return Stream.of(BrowserCase.values())
        .filter(each -> this != EACH_BYTE_ALONE || each != BrowserCase.EIGHT_MEBIBYTES);
  }
}
