package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportContext;
import dev.ahti.engine.spi.TransportProvider;

/** {@code ahti.transport = memory}: the system's {@link MemoryNetwork#of network}. */
public final class MemoryTransportProvider implements TransportProvider {

  /** For the service loader. */
  public MemoryTransportProvider() {}

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Transport create(TransportContext context) {
    return MemoryNetwork.of(context.system()).transport(context);
  }
}
