package dev.ahti.engine.spi;

/** Is told, on the loop and once each, how the halves of a {@link StreamPort} ended. */
public interface PortObserver {

  /**
   * The receiving half ended on the wire: the peer's FIN or reset was read, we stopped it, or the
   * connection is gone. Bytes before a FIN may still wait to be polled.
   */
  void onReadEnd(Inbound end);

  /** The sending half ended. */
  void onWriteEnd(WriteEnd end);
}
