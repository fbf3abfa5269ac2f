package dev.ahti.engine.address;

import dev.ahti.engine.address.Destination.Protocol;
import java.util.Locale;
import java.util.Optional;

/**
 * One rule about destinations. As text it has four words: {@code allow} or {@code deny}; {@code
 * tcp}, {@code udp} or {@code any}; whom; and a port, a range such as {@code 8000-8999}, or {@code
 * any}.
 *
 * <table>
 * <caption>Whom</caption>
 * <tr><td>{@code any}</td><td>every address</td></tr>
 * <tr><td>{@code public}</td><td>every address of the public Internet, see {@link
 * SpecialRange}</td></tr>
 * <tr><td>{@code 10.1.0.0/16}, {@code 192.0.2.7}, {@code 2001:db8::/32}</td><td>these addresses;
 * in a rule that denies also what is sent to them by way of a translator or tunnel</td></tr>
 * <tr><td>{@code db.example.org}</td><td>this name; a rule that allows it allows its public
 * addresses only</td></tr>
 * <tr><td>{@code *.example.org}</td><td>every name below it, as above</td></tr>
 * </table>
 *
 * @param allows whether it allows or denies
 * @param protocol empty for both
 * @param whom whom it is about
 * @param firstPort the lowest port
 * @param lastPort the highest
 */
public record AddressRule(
    boolean allows, Optional<Protocol> protocol, Whom whom, int firstPort, int lastPort) {
  private static final int MAX_PORT = 0xffff;
  private static final String SHAPE =
      "allow|deny tcp|udp|any any|public|ADDRESS|ADDRESS/BITS|NAME|*.NAME any|PORT|PORT-PORT";

  /** Whom a rule is about. */
  public sealed interface Whom {

    /** Every address. */
    enum Any implements Whom {
      INSTANCE;

      @Override
      public String toString() {
        return "any";
      }
    }

    /** Every address of the public Internet. */
    enum Public implements Whom {
      INSTANCE;

      @Override
      public String toString() {
        return "public";
      }
    }

    /** These addresses. */
    record Range(Cidr cidr) implements Whom {

      @Override
      public String toString() {
        return cidr.toString();
      }
    }

    /**
     * A name, whatever its addresses are.
     *
     * @param name in lower case, without a dot at the end
     * @param below whether it stands for every name below it, and not for itself
     */
    record Named(String name, boolean below) implements Whom {

      @Override
      public String toString() {
        return below ? "*." + name : name;
      }
    }
  }

  /** Checks the ports. */
  public AddressRule {
    if (firstPort < 0 || lastPort > MAX_PORT || firstPort > lastPort) {
      throw new IllegalArgumentException(
          "ports: " + firstPort + "-" + lastPort + " (expected: from 0 to 65535, ascending)");
    }
  }

  /**
   * From text.
   *
   * @throws IllegalArgumentException when it is no rule; the message says what was expected
   */
  public static AddressRule parse(String text) {
    String[] words = text.strip().split("\\s+");
    if (words.length != 4) {
      throw unfit(text, SHAPE);
    }
    boolean allows = oneOf(text, words[0], "allow", "deny").equals("allow");
    String protocol = oneOf(text, words[1], "tcp", "udp", "any");
    int dash = words[3].indexOf('-');
    boolean everyPort = words[3].equals("any");
    return new AddressRule(
        allows,
        protocol.equals("any")
            ? Optional.empty()
            : Optional.of(Protocol.valueOf(protocol.toUpperCase(Locale.ROOT))),
        whom(text, words[2]),
        everyPort ? 0 : port(text, dash < 0 ? words[3] : words[3].substring(0, dash)),
        everyPort ? MAX_PORT : port(text, words[3].substring(dash + 1)));
  }

  private static String oneOf(String rule, String word, String... expected) {
    for (String one : expected) {
      if (one.equals(word)) {
        return word;
      }
    }
    throw unfit(rule, "'" + String.join("' or '", expected) + "' where '" + word + "' is");
  }

  private static Whom whom(String rule, String word) {
    if (word.equals("any")) {
      return Whom.Any.INSTANCE;
    }
    if (word.equals("public")) {
      return Whom.Public.INSTANCE;
    }
    Optional<Cidr> cidr;
    try {
      cidr = Cidr.parse(word);
    } catch (IllegalArgumentException e) {
      throw unfit(rule, String.valueOf(e.getMessage()));
    }
    if (cidr.isPresent()) {
      return new Whom.Range(cidr.get());
    }
    boolean below = word.startsWith("*.");
    String name = HostName.canonical(below ? word.substring(2) : word);
    if (!HostName.isName(name)) {
      throw unfit(rule, "an address, a range or a name where '" + word + "' is");
    }
    return new Whom.Named(name, below);
  }

  private static int port(String rule, String word) {
    if (!word.matches("[0-9]{1,5}") || Integer.parseInt(word) > MAX_PORT) {
      throw unfit(rule, "a port from 0 to 65535 where '" + word + "' is");
    }
    return Integer.parseInt(word);
  }

  private static IllegalArgumentException unfit(String rule, String expected) {
    return new IllegalArgumentException("rule: " + rule.strip() + " (expected: " + expected + ")");
  }

  /** Whether it says something about this destination at this one of its addresses. */
  boolean appliesTo(Destination destination, IpAddress address) {
    return protocol.map(one -> one == destination.protocol()).orElse(true)
        && destination.port() >= firstPort
        && destination.port() <= lastPort
        && isAbout(destination.host(), address);
  }

  private boolean isAbout(String host, IpAddress address) {
    if (whom instanceof Whom.Range range) {
      return range.cidr().contains(address)
          || !allows && address.embedded().stream().anyMatch(range.cidr()::contains);
    }
    if (whom instanceof Whom.Named named) {
      String asked = HostName.canonical(host);
      boolean same =
          named.below() ? asked.endsWith("." + named.name()) : asked.equals(named.name());
      return same && (!allows || SpecialRange.of(address).isEmpty());
    }
    return whom == Whom.Any.INSTANCE || SpecialRange.of(address).isEmpty();
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    String ports = firstPort == lastPort ? "" + firstPort : firstPort + "-" + lastPort;
    return (allows ? "allow " : "deny ")
        + protocol.map(one -> one.name().toLowerCase(Locale.ROOT)).orElse("any")
        + " "
        + whom
        + " "
        + (firstPort == 0 && lastPort == MAX_PORT ? "any" : ports);
  }
}
