package dev.ahti.engine.address;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.address.Destination.Protocol;
import inet.ipaddr.AddressStringParameters;
import inet.ipaddr.HostName;
import inet.ipaddr.HostNameParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv6.IPv6Address;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Random hosts against a library that reads every spelling of an address that any reader does. */
@DisplayName("D2: no host is allowed that a lenient reader takes for a special address")
class AddressFuzzTest {
  private static final int HOSTS = 20_000;
  private static final AddressRules RULES = AddressRules.parse(List.of("allow any public any"));

  private static final List<String> PARTS =
      List.of(
          "0",
          "1",
          "7",
          "10",
          "100",
          "127",
          "168",
          "169",
          "172",
          "192",
          "198",
          "224",
          "254",
          "255",
          "256",
          "0x7f",
          "0X7F",
          "0177",
          "012",
          "0xa",
          "00",
          "2130706433",
          "0xffffffff",
          "f",
          "a",
          "ff",
          "fe80",
          "fc00",
          "ffff",
          "64",
          "ff9b",
          "2001",
          "2002",
          "db8",
          "7f00",
          "5efe",
          "x");

  private static String host(Random random) {
    StringBuilder host = new StringBuilder();
    boolean ipv6 = random.nextInt(3) == 0;
    int parts = 1 + random.nextInt(ipv6 ? 9 : 5);
    for (int i = 0; i < parts; i++) {
      if (i > 0) {
        host.append(ipv6 && random.nextInt(12) != 0 ? ":" : ".");
        host.append(random.nextInt(5) == 0 ? (ipv6 ? ":" : ".") : "");
      }
      host.append(PARTS.get(random.nextInt(PARTS.size())));
    }
    if (random.nextInt(6) == 0) {
      String odd = ".:%/[]-_ 0x9";
      int at = random.nextInt(host.length() + 1);
      host.insert(at, odd.charAt(random.nextInt(odd.length())));
    }
    return host.toString();
  }

  /** Every spelling of one address, and nothing that stands for several. */
  private static final HostNameParameters ONE_ADDRESS =
      new HostNameParameters.Builder()
          .getAddressOptionsBuilder()
          .allowPrefix(false)
          .allowMask(false)
          .allowAll(false)
          .setRangeOptions(AddressStringParameters.RangeParameters.NO_RANGE)
          .getParentBuilder()
          .toParams();

  private static Optional<IPAddress> lenient(String host) {
    return Optional.ofNullable(new HostName(host, ONE_ADDRESS).asAddress());
  }

  private static boolean special(IPAddress address) {
    if (address.isIPv6() && address.toIPv6().isIPv4Mapped()) {
      return special(address.toIPv6().getEmbeddedIPv4Address());
    }
    boolean common =
        address.isAnyLocal()
            || address.isLoopback()
            || address.isLinkLocal()
            || address.isMulticast();
    if (address.isIPv6()) {
      IPv6Address ipv6 = address.toIPv6();
      return common
          || ipv6.isUniqueLocal()
          || ipv6.isSiteLocal()
          || ipv6.is6To4()
          || ipv6.isTeredo()
          || ipv6.isIPv4Compatible()
          || ipv6.isIPv4Translatable()
          || ipv6.isWellKnownIPv4Translatable()
          || ipv6.isIsatap();
    }
    IPv4Address ipv4 = address.toIPv4();
    return common || ipv4.isPrivate() || ipv4.getSegment(0).getSegmentValue() == 0;
  }

  @RepeatedTest(5)
  void noSpecialAddressIsAllowedInAnySpelling(RepetitionInfo repetition) {
    long seed = repetition.getCurrentRepetition();
    Random random = new Random(seed);
    int literals = 0;
    int refused = 0;
    for (int i = 0; i < HOSTS; i++) {
      String host = host(random);
      Optional<IPAddress> reference = lenient(host);
      Optional<IpAddress> ours = IpAddress.parse(host);
      if (RULES.judgeHost(host).isPresent()) {
        refused++;
      } else if (ours.isEmpty()) {
        assertTrue(reference.isEmpty(), () -> "a name to us, " + reference + ": " + host);
      } else {
        literals++;
        IPAddress read =
            reference.orElseThrow(() -> new AssertionError("an address to us alone: " + host));
        byte[] bytes =
            read.isIPv6() && read.toIPv6().isIPv4Mapped()
                ? read.toIPv6().getEmbeddedIPv4Address().getBytes()
                : read.getBytes();
        assertArrayEquals(bytes, ours.get().bytes(), host);
        Verdict verdict = RULES.judge(new Destination(Protocol.TCP, host, 1), List.of(ours.get()));
        assertFalse(verdict.allowed() && special(read), () -> host + " with seed " + seed);
      }
    }
    assertTrue(literals > HOSTS / 100 && refused > HOSTS / 100, literals + ", " + refused);
  }
}
