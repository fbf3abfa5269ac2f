package dev.ahti.transport.netty.loop;

/** Something with bytes to write before the loop sends packets next. */
@FunctionalInterface
public interface LoopWriter {

  /** Writes what it can. Called on the loop, once for each {@link NettyLoop#writeLater}. */
  void write();
}
