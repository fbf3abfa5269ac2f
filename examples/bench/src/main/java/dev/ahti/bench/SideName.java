package dev.ahti.bench;

import dev.ahti.bench.ahti.AhtiSide;
import dev.ahti.bench.raw.RawSide;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The sides a run can compare. */
enum SideName {
  /** Our public API, as it comes. */
  AHTI("ahti", List.of()),
  /** Our public API with its actors and stages on Pekko's default dispatcher. */
  AHTI_DEFAULT_DISPATCHER("ahti-default-dispatcher", List.of("-Dahti.loop-dispatcher=off")),
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

  static Optional<SideName> named(String word) {
    return Arrays.stream(values()).filter(each -> each.label.equals(word)).findFirst();
  }
}
