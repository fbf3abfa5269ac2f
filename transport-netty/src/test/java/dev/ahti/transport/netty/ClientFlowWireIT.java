package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.Draft;

/** Flow control of sessions, with our client and a server that writes raw bytes. */
class ClientFlowWireIT extends FlowRules {

  @Override
  void open(Draft draft, String settings) {
    openFromClient(draft, settings);
  }
}
