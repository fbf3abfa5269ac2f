package dev.ahti.engine.spi;

/**
 * How the engine finds a transport: implementations are listed in {@code
 * META-INF/services/dev.ahti.engine.spi.TransportProvider} and chosen by {@code ahti.transport}.
 */
public interface TransportProvider {

  /** The name that {@code ahti.transport} chooses it by, such as {@code netty}. */
  String name();

  /**
   * Makes the transport of one actor system.
   *
   * @throws TransportUnavailableException when it cannot work on this machine; the message says why
   *     and what would help
   */
  Transport create(TransportContext context);
}
