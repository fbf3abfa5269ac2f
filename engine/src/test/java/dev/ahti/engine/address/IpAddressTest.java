package dev.ahti.engine.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("IP addresses as text: the forms that every reader takes for the same")
class IpAddressTest {

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0",
    "192.0.2.1, 192.0.2.1",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8::A, 2001:db8::a",
    "2001:0db8:0000:0000:0001:0000:0000:0001, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
    "::ffff:192.0.2.1, 192.0.2.1",
    "0:0:0:0:0:FFFF:c000:201, 192.0.2.1"
  })
  void readsAndWrites(String text, String canonical) {
    IpAddress address = IpAddress.parse(text).orElseThrow();
    assertEquals(canonical, address.toString());
    assertEquals(Optional.of(address), IpAddress.parse(canonical));
    assertEquals(address, IpAddress.of(address.bytes()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "1",
        "1.2.3",
        "1.2.3.",
        "1.2.3.4.",
        "1.2.3.4.5",
        ".1.2.3",
        "1..2.3",
        "01.2.3.4",
        "1.2.3.04",
        "00.0.0.0",
        "256.0.0.1",
        "1.2.3.999",
        "1.2.3.4 ",
        " 1.2.3.4",
        "+1.2.3.4",
        "-1.2.3.4",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "1.2.3.a",
        "١.2.3.4",
        "1,2.3.4",
        ":",
        ":::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "::1::",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "[::1]",
        "::1/128",
        "1.2.3.4::",
        "::1.2.3",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::01.2.3.4",
        "::+1",
        "::-1",
        ":: 1",
        "::１"
      })
  void everythingElseIsNoAddress(String text) {
    assertEquals(Optional.empty(), IpAddress.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.2.3.4", "1", "a.1", "0x7f.1", "a.0x", "a.0XFF", "017700000001", "1.", "a.09"})
  void whatEndsInANumberMayBeAnAddressToSomebody(String host) {
    assertTrue(IpAddress.endsInNumber(host));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "1.a", "0x7f.0xg", "", ".", "a..", "1x", "x0"})
  void whatDoesNotIsAName(String host) {
    assertFalse(IpAddress.endsInNumber(host));
  }

  @ParameterizedTest
  @CsvSource({
    "::7f00:1, 127.0.0.1",
    "64:ff9b::a00:1, 10.0.0.1",
    "64:ff9b:1::a00:1, 10.0.0.1",
    "2002:a00:1::, 10.0.0.1",
    "2001:4860::5efe:10.0.0.1, 10.0.0.1",
    "2001:4860::200:5efe:10.0.0.1, 10.0.0.1"
  })
  void anIpv4AddressInsideIsFound(String text, String inside) {
    assertEquals(
        List.of(IpAddress.parse(inside).orElseThrow()),
        IpAddress.parse(text).orElseThrow().embedded());
  }

  @Test
  void bothAddressesOfTeredoAreFound() {
    IpAddress teredo = IpAddress.parse("2001:0:a00:1:0:0:f5ff:fffd").orElseThrow();
    assertEquals("[10.0.0.1, 10.0.0.2]", teredo.embedded().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "2001:4860::1", "fe80::1"})
  void othersHaveNoneInside(String text) {
    assertEquals(List.of(), IpAddress.parse(text).orElseThrow().embedded());
  }

  @Test
  void anAddressHasFourOrSixteenBytes() {
    assertThrows(IllegalArgumentException.class, () -> IpAddress.of(new byte[5]));
  }
}
