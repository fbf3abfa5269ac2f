package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses of a host are tried, and in which order (RFC 8305 4). */
class AddressesTest {

  private static List<InetAddress> addresses(String list) throws UnknownHostException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String each : list.split(" ")) {
      addresses.add(InetAddress.getByName(each));
    }
    return addresses;
  }

  @ParameterizedTest
  @CsvSource({
    "::1 ::2 ::3 10.0.0.1 10.0.0.2, 9, ::1 10.0.0.1 ::2 10.0.0.2 ::3",
    "10.0.0.1 10.0.0.2 10.0.0.3 ::1, 9, 10.0.0.1 ::1 10.0.0.2 10.0.0.3",
    "10.0.0.1 10.0.0.2, 9, 10.0.0.1 10.0.0.2",
    "10.0.0.1 10.0.0.1 ::1, 9, 10.0.0.1 ::1",
    "::1 ::2 10.0.0.1, 2, ::1 10.0.0.1",
    "::1 10.0.0.1, 1, ::1",
  })
  void familiesAreTriedInTurn(String found, int most, String order) throws Exception {
    assertEquals(
        addresses(order).stream().map(InetAddress::getHostAddress).collect(Collectors.toList()),
        Addresses.inTurn(addresses(found), most).stream()
            .map(InetAddress::getHostAddress)
            .collect(Collectors.toList()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "10.0.0.1"})
  void aLiteralIsNothingToLookUp(String literal) throws Exception {
    Addresses addresses =
        new Addresses(
            host -> {
              throw new AssertionError(host);
            },
            6,
            Duration.ZERO);
    assertEquals(List.of(InetAddress.getByName(literal)), addresses.of(literal));
  }

  @Test
  void aHostWithoutAddressesIsUnknown() {
    Addresses addresses = new Addresses(host -> List.of(), 6, Duration.ZERO);
    assertThrows(UnknownHostException.class, () -> addresses.of("example.org"));
  }

  private static NettySettings with(String setting) {
    return NettySettings.of(
        ConfigFactory.parseString("ahti.netty.addresses." + setting)
            .withFallback(ConfigFactory.load())
            .resolve());
  }

  @Test
  void theResolverIsTheOneThatIsNamed() throws Exception {
    assertInstanceOf(
        TestResolver.class,
        with("resolver = " + TestResolver.class.getName()).addresses().resolver());
    assertSame(Addresses.SYSTEM, with("resolver = \"\"").addresses().resolver());
    assertTrue(Addresses.SYSTEM.addressesOf("localhost").get(0).isLoopbackAddress());
  }

  @ParameterizedTest
  @CsvSource({
    "resolver, no.such.Resolver",
    "resolver, java.lang.String",
    "tried, 0",
    "head-start, 0 s"
  })
  void whatCannotBeIsRefusedAndNamed(String key, String value) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> with(key + " = \"" + value + "\""));
    assertTrue(refused.getMessage().contains("addresses." + key), refused.getMessage());
  }
}
