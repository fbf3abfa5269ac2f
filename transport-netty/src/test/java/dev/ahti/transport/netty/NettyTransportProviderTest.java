package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ahti.engine.spi.TransportUnavailableException;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicAccess;
import org.junit.jupiter.api.Test;

/** Where QUIC cannot work, the message says why and what would help. */
class NettyTransportProviderTest {

  @Test
  void saysWhatIsMissingWhereNoNativeLibraryLoads() {
    UnsatisfiedLinkError notFound = new UnsatisfiedLinkError("no netty_quiche42");
    TransportUnavailableException refused =
        assertThrows(
            TransportUnavailableException.class,
            () -> NettyTransportProvider.check(notFound, () -> fail("needs the library")));
    assertSame(notFound, refused.getCause());
    String message = refused.getMessage();
    assertTrue(
        message.contains(System.getProperty("os.name") + ", " + System.getProperty("os.arch")),
        message);
    assertTrue(message.contains("io.netty:netty-codec-native-quic"), message);
    assertTrue(message.contains("classifier is on the class path"), message);
  }

  @Test
  void saysThatNettyIsNotTheOneItKnows() {
    IllegalStateException changed = new IllegalStateException("no streamRecv");
    TransportUnavailableException refused =
        assertThrows(
            TransportUnavailableException.class,
            () ->
                NettyTransportProvider.check(
                    null,
                    () -> {
                      throw changed;
                    }));
    assertSame(changed, refused.getCause());
    assertEquals(
        "this transport does not fit the version of Netty on the class path (expected: 4.2.18): no"
            + " streamRecv",
        refused.getMessage());
  }

  @Test
  void theNettyOfThisBuildFits() {
    assertDoesNotThrow(
        () -> NettyTransportProvider.check(Quic.unavailabilityCause(), QuicAccess::selfTest));
  }
}
