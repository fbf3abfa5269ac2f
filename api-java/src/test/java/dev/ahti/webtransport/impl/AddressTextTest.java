package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 5952 4: the text of an IPv6 address")
class AddressTextTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "0:0:0:0:0:0:0:1, ::1",
    "0:0:0:0:0:0:0:0, ::",
    "2001:0DB8:0:0:8:800:200C:417A, 2001:db8::8:800:200c:417a",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "fe80:0:0:0:0:0:0:0, fe80::",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8"
  })
  void isShort(String written, String text) throws Exception {
    assertEquals(text, AddressText.of(InetAddress.getByName(written)));
  }

  @Test
  void hasBracketsBeforeAPort() throws Exception {
    assertEquals(
        "[::1]:4433", AddressText.of(new InetSocketAddress(InetAddress.getByName("::1"), 4433)));
    assertEquals(
        "127.0.0.1:1",
        AddressText.of(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 1)));
    assertEquals("nowhere:7", AddressText.of(InetSocketAddress.createUnresolved("nowhere", 7)));
  }
}
