package dev.ahti.bench;

import dev.ahti.bench.ahti.AhtiSide;
import dev.ahti.bench.raw.RawSide;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The sides a run can compare. */
enum SideName {
  /** Our public API, as it comes. */
  AHTI("ahti", List.of()),
  /** Our public API with its actors and stages on Pekko's default dispatcher. */
  AHTI_DEFAULT_DISPATCHER("ahti-default-dispatcher", List.of("-Dahti.loop-dispatcher=off")),
  /** Our public API over HTTP/2, with BoringSSL. */
  AHTI_HTTP2(
      "ahti-http2",
      List.of("-D" + AhtiSide.OVER_HTTP2 + "=true", "-Dahti.netty.http2.native-tls=on")),
  /** The same with the JDK's TLS. */
  AHTI_HTTP2_JDK(
      "ahti-http2-jdk",
      List.of("-D" + AhtiSide.OVER_HTTP2 + "=true", "-Dahti.netty.http2.native-tls=off")),
  /** Bare Netty QUIC. */
  RAW("raw", List.of());

  private final String label;
  private final List<String> jvmArguments;

  SideName(String label, List<String> jvmArguments) {
    this.label = label;
    this.jvmArguments = jvmArguments;
  }

  String label() {
    return label;
  }

  /** What makes a child JVM run this variant. */
  List<String> jvmArguments() {
    return jvmArguments;
  }

  /** Makes the side; only a child does. */
  Side create() {
    return this == RAW ? new RawSide() : new AhtiSide();
  }

  /** Every word {@link #named} knows besides our own, for messages. */
  static String others() {
    return Arrays.stream(values())
        .filter(each -> each != AHTI)
        .map(SideName::label)
        .collect(Collectors.joining(", "));
  }

  static Optional<SideName> named(String word) {
    return Arrays.stream(values()).filter(each -> each.label.equals(word)).findFirst();
  }
}
