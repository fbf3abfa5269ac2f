package dev.ahti.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.server.WebTransportServer;
import java.util.EnumSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code serve} and {@code connect} have in common: which versions of HTTP, and how. */
final class HttpOptions {
  private static final String FIN_ORDER = "ahti.dialects.http2.fin-order";

  @Option(names = "--no-http2", description = "Do without HTTP/2, which goes over TCP.")
  private boolean noHttp2;

  @Option(names = "--no-http3", description = "Do without HTTP/3, which goes over UDP.")
  private boolean noHttp3;

  @Option(
      names = "--h2-fin-order",
      paramLabel = "ORDER",
      description =
          "Which capsule ends a stream over HTTP/2: draft15, or legacy as programs have it that "
              + "are older than draft 15 (default: draft15).")
  private @Nullable String finOrder;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli before the command is called
  private CommandSpec spec;

  /** Whether the reading of HTTP/2's capsules is said. */
  boolean saysFinOrder() {
    return finOrder != null;
  }

  /** Refuses what makes no sense together. */
  void check() {
    if (noHttp2 && noHttp3) {
      throw misuse("--no-http2 and --no-http3 leave nothing: give one of them or neither");
    }
    if (noHttp2 && finOrder != null) {
      throw misuse("--h2-fin-order is about HTTP/2: give it or --no-http2");
    }
    if (finOrder != null && order(finOrder) == null) {
      throw misuse("--h2-fin-order: " + finOrder + " (expected: draft15 or legacy)");
    }
  }

  boolean http2() {
    return !noHttp2;
  }

  boolean http3() {
    return !noHttp3;
  }

  /** A copy that listens with these versions. */
  WebTransportServer of(WebTransportServer server) {
    WebTransportHttpVersion[] versions = versions();
    return server.withHttpVersions(versions[0], versions);
  }

  /** A copy that tries these versions. */
  WebTransportOptions of(WebTransportOptions options) {
    WebTransportHttpVersion[] versions = versions();
    return options.withHttpVersions(versions[0], versions);
  }

  private WebTransportHttpVersion[] versions() {
    EnumSet<WebTransportHttpVersion> versions = EnumSet.allOf(WebTransportHttpVersion.class);
    if (noHttp2) {
      versions.remove(WebTransportHttpVersion.HTTP_2);
    }
    if (noHttp3) {
      versions.remove(WebTransportHttpVersion.HTTP_3);
    }
    return versions.toArray(WebTransportHttpVersion[]::new);
  }

  /** The settings that these options stand for. */
  Config settings() {
    return finOrder == null
        ? ConfigFactory.empty()
        : ConfigFactory.parseString(FIN_ORDER + " = " + order(finOrder));
  }

  private static @Nullable String order(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "draft15" -> "DRAFT_15";
      case "legacy" -> "LEGACY";
      default -> null;
    };
  }

  private ParameterException misuse(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
