package dev.ahti.engine.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.address.Destination.Protocol;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("D1 to D3: who may be reached")
class AddressRulesTest {

  private static boolean allowed(
      List<String> rules, Protocol protocol, String host, int port, String... addresses) {
    return AddressRules.parse(rules)
        .judge(
            new Destination(protocol, host, port),
            Arrays.stream(addresses).map(text -> IpAddress.parse(text).orElseThrow()).toList())
        .allowed();
  }

  private static boolean allowed(List<String> rules, String host, String... addresses) {
    return allowed(rules, Protocol.TCP, host, 443, addresses);
  }

  @Test
  void withoutARuleEverythingIsDenied() {
    assertFalse(allowed(List.of(), "example.org", "93.184.216.34"));
    assertFalse(allowed(List.of(), "93.184.216.34", "93.184.216.34"));
  }

  @Test
  void theFirstRuleThatAppliesDecides() {
    List<String> rules =
        List.of("deny any 10.1.0.0/16 any", "allow any 10.0.0.0/8 any", "deny any any any");
    assertFalse(allowed(rules, "10.1.2.3", "10.1.2.3"));
    assertTrue(allowed(rules, "10.2.2.3", "10.2.2.3"));
    assertFalse(allowed(rules, "11.2.2.3", "11.2.2.3"));
  }

  @Test
  void protocolAndPortsHaveToFit() {
    List<String> rules = List.of("allow udp any 53", "allow tcp any 8000-8010");
    assertTrue(allowed(rules, Protocol.UDP, "1.1.1.1", 53, "1.1.1.1"));
    assertFalse(allowed(rules, Protocol.TCP, "1.1.1.1", 53, "1.1.1.1"));
    assertFalse(allowed(rules, Protocol.UDP, "1.1.1.1", 54, "1.1.1.1"));
    assertTrue(allowed(rules, Protocol.TCP, "1.1.1.1", 8000, "1.1.1.1"));
    assertTrue(allowed(rules, Protocol.TCP, "1.1.1.1", 8010, "1.1.1.1"));
    assertFalse(allowed(rules, Protocol.TCP, "1.1.1.1", 8011, "1.1.1.1"));
    assertFalse(allowed(rules, Protocol.TCP, "1.1.1.1", 7999, "1.1.1.1"));
  }

  @Test
  void everyAddressOfANameHasToBeAllowed() {
    List<String> rules = List.of("allow any public any");
    assertTrue(allowed(rules, "example.org", "93.184.216.34", "2606:2800:21f::1"));
    assertFalse(allowed(rules, "example.org", "93.184.216.34", "127.0.0.1"));
    assertFalse(allowed(rules, "example.org", "::1", "93.184.216.34"));
    assertFalse(allowed(rules, "example.org"));
  }

  @Test
  void aNameThatIsAllowedDoesNotLeadInside() {
    List<String> rules = List.of("allow any Db.Example.org. any");
    assertTrue(allowed(rules, "db.example.ORG", "93.184.216.34"));
    assertTrue(allowed(rules, "db.example.org.", "93.184.216.34"));
    assertFalse(allowed(rules, "db.example.org", "10.0.0.5"));
    assertFalse(allowed(rules, "other.example.org", "93.184.216.34"));
    assertFalse(allowed(rules, "93.184.216.34", "93.184.216.34"));
    assertTrue(
        allowed(
            List.of("allow any db.example.org any", "allow any 10.0.0.5 any"),
            "db.example.org",
            "10.0.0.5"));
  }

  @Test
  void aStarStandsForEveryNameBelow() {
    List<String> rules = List.of("allow any *.example.org any");
    assertTrue(allowed(rules, "a.example.org", "93.184.216.34"));
    assertTrue(allowed(rules, "b.a.example.org", "93.184.216.34"));
    assertFalse(allowed(rules, "example.org", "93.184.216.34"));
    assertFalse(allowed(rules, "notexample.org", "93.184.216.34"));
  }

  @Test
  void aNameThatIsDeniedIsDeniedAtEveryAddress() {
    List<String> rules = List.of("deny any bad.example.org any", "allow any any any");
    assertFalse(allowed(rules, "bad.example.org", "10.0.0.1"));
    assertTrue(allowed(rules, "good.example.org", "10.0.0.1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "203.0.113.9",
        "::ffff:203.0.113.9",
        "64:ff9b::203.0.113.9",
        "2002:cb00:7109::1",
        "2001:4860::5efe:203.0.113.9",
        "::203.0.113.9",
        "2001:0:cb00:7109::"
      })
  void aRangeThatIsDeniedIsDeniedByWayOfATranslatorToo(String address) {
    assertFalse(
        allowed(List.of("deny any 203.0.113.0/24 any", "allow any any any"), "a.example", address));
  }

  @Test
  void aRangeThatIsAllowedIsNotByWayOfATranslator() {
    List<String> rules = List.of("allow any 203.0.113.0/24 any");
    assertTrue(allowed(rules, "a.example", "203.0.113.9"));
    assertTrue(allowed(rules, "a.example", "::ffff:203.0.113.9"));
    assertFalse(allowed(rules, "a.example", "64:ff9b::203.0.113.9"));
  }

  /** Sixty-four ways to write an address inside, or close to it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        // Loopback.
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7F.1",
        "0x7f.0x0.0x0.0x1",
        "0177.0.0.1",
        "0177.0.0.01",
        "127.0.0.1.",
        "127.0.0.01",
        "127.0.0.0x1",
        "00000177.1",
        "::1",
        "0:0:0:0:0:0:0:1",
        "::0001",
        "::ffff:127.0.0.1",
        "::FFFF:7f00:1",
        "0:0:0:0:0:ffff:7f00:0001",
        "::127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "[::1]",
        "::1%lo",
        "1",
        // This host.
        "0.0.0.0",
        "0",
        "0x0",
        "00",
        "0.0",
        "::",
        "0:0:0:0:0:0:0:0",
        "::ffff:0.0.0.0",
        "0.1.2.3",
        // Metadata of clouds.
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "169.254.43518",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
        // Private and shared.
        "10.0.0.1",
        "10.1",
        "012.0.0.1",
        "0xa000001",
        "167772161",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.1",
        "3232235521",
        "100.64.0.1",
        "100.127.255.255",
        // Other special ones.
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "100::1",
        "2001:db8::1",
        "2001:2::1",
        "3fff::1",
        "5f00::1",
        "2001:4860::5efe:10.0.0.1"
      })
  void noSpellingOfASpecialAddressIsPublic(String host) {
    AddressRules rules = AddressRules.parse(List.of("allow any public any"));
    boolean unfit = rules.judgeHost(host).isPresent();
    boolean denied =
        IpAddress.parse(host)
            .map(
                address ->
                    !rules
                        .judge(new Destination(Protocol.TCP, host, 443), List.of(address))
                        .allowed())
            .orElse(false);
    assertTrue(unfit || denied, host);
  }

  /** A name that an attacker has the DNS of; ten answers that lead inside. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "::ffff:10.0.0.1",
        "fd00::1",
        "fe80::1",
        "64:ff9b::10.0.0.1",
        "93.184.216.34 192.168.0.1",
        "2606:2800:21f::1 ::1"
      })
  void noAnswerOfTheDnsLeadsInside(String answer) {
    for (String rule : List.of("allow any public any", "allow any rebind.example any")) {
      assertFalse(allowed(List.of(rule), "rebind.example", answer.split(" ")));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2003::1",
        "2400::1",
        "3ffe::1"
      })
  void theirNeighboursArePublic(String address) {
    assertTrue(allowed(List.of("allow any public any"), address, address));
  }

  @ParameterizedTest
  @CsvSource({
    "224.0.0.1, true",
    "239.1.2.3, true",
    "ff02::1, true",
    "1.1.1.1, false",
    "::1, false"
  })
  void multicastIsKnown(String address, boolean expected) {
    assertEquals(expected, SpecialRange.isMulticast(IpAddress.parse(address).orElseThrow()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allow tcp 10.0.0.0/8 443",
        "deny any any any",
        "allow udp public 53",
        "allow any 2001:db8::/32 8000-8999",
        "allow tcp 192.0.2.7/32 0",
        "deny tcp *.example.org any"
      })
  void aRuleIsWrittenAsItIsRead(String rule) {
    assertEquals(rule, AddressRule.parse(rule).toString());
    assertEquals(AddressRule.parse(rule), AddressRule.parse("  " + rule.replace(" ", "  ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "allow tcp any | allow|deny",
        "permit tcp any any | 'allow' or 'deny' where 'permit' is",
        "allow sctp any any | 'tcp' or 'udp' or 'any' where 'sctp' is",
        "allow tcp 10.0.0.1/8 any | zeros behind the first 8 bits",
        "allow tcp 10.0.0.0/33 any | /0 to /32",
        "allow tcp 10.0.0.0/08 any | where '10.0.0.0/08' is",
        "allow tcp 010.0.0.1 any | where '010.0.0.1' is",
        "allow tcp *.*.org any | where '*.*.org' is",
        "allow tcp a..b any | where 'a..b' is",
        "allow tcp any 65536 | a port from 0 to 65535 where '65536' is",
        "allow tcp any 9-8 | ascending",
        "allow tcp any x | a port from 0 to 65535 where 'x' is"
      })
  void whatIsNoRuleIsNamed(String rule, String expected) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> AddressRule.parse(rule));
    assertTrue(refused.getMessage().contains(expected), refused::getMessage);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "a b", "a/b", "a\0b", "http://a", "a@b", "-a", "a:1", "é.example"})
  void whatIsNeitherAddressNorNameIsDeniedUnseen(String host) {
    assertTrue(AddressRules.EVERYTHING.judgeHost(host).isPresent());
  }

  @Test
  void aVerdictNamesItsRule() {
    AddressRules rules = AddressRules.parse(List.of("allow tcp public 443"));
    Destination destination = new Destination(Protocol.TCP, "1.1.1.1", 443);
    assertEquals(
        new Verdict(true, "allow tcp public 443"),
        rules.judge(destination, List.of(IpAddress.parse("1.1.1.1").orElseThrow())));
    assertEquals(
        "no rule allows it: 10.0.0.1 is special (10.0.0.0/8)",
        rules.judge(destination, List.of(IpAddress.parse("10.0.0.1").orElseThrow())).why());
    assertEquals("TCP 1.1.1.1:443", destination.toString());
  }
}
