package dev.ahti.engine.address;

import java.util.List;
import java.util.Optional;

/**
 * An ordered list of rules: for each address of a destination the first one that applies decides,
 * and where none does it is denied. A destination may be reached only if every address that its
 * name was found to have may: an answer that mixes good and bad ones is what DNS rebinding looks
 * like.
 *
 * <p>What is judged has to be what is then dialled: look the name up once, judge, and connect to
 * one of the addresses that were judged.
 *
 * @param rules in order
 */
public record AddressRules(List<AddressRule> rules) {
  private static final String NO_RULE = "no rule allows it";

  /** Allows nothing. */
  public static final AddressRules NOTHING = new AddressRules(List.of());

  /** Allows everything. */
  public static final AddressRules EVERYTHING = parse(List.of("allow any any any"));

  /** Copies the list. */
  public AddressRules {
    rules = List.copyOf(rules);
  }

  /**
   * From text, a rule an element; see {@link AddressRule#parse}.
   *
   * @throws IllegalArgumentException when one is no rule
   */
  public static AddressRules parse(List<String> rules) {
    return new AddressRules(rules.stream().map(AddressRule::parse).toList());
  }

  /**
   * What can be said before a name is looked up.
   *
   * @return a denial when the host is neither an address in its one sure form nor a name; empty
   *     when its addresses have to be judged
   */
  public Optional<Verdict> judgeHost(String host) {
    if (IpAddress.parse(host).isPresent()) {
      return Optional.empty();
    }
    if (IpAddress.endsInNumber(host) || host.indexOf(':') >= 0) {
      return Optional.of(
          Verdict.deny("host: '" + host + "' (expected: an address in its usual form, or a name)"));
    }
    return HostName.isName(HostName.canonical(host))
        ? Optional.empty()
        : Optional.of(Verdict.deny("host: '" + host + "' (expected: an address or a name)"));
  }

  /**
   * Judges a destination by its addresses.
   *
   * @param addresses every one that the host was found to have
   * @return the denial of the first address that may not be reached, else why the first one may
   */
  public Verdict judge(Destination destination, List<IpAddress> addresses) {
    Optional<Verdict> unfit = judgeHost(destination.host());
    if (unfit.isPresent()) {
      return unfit.get();
    }
    Verdict first = Verdict.deny("no address");
    for (int i = 0; i < addresses.size(); i++) {
      Verdict verdict = judge(destination, addresses.get(i));
      if (!verdict.allowed()) {
        return verdict;
      }
      first = i == 0 ? verdict : first;
    }
    return first;
  }

  private Verdict judge(Destination destination, IpAddress address) {
    for (AddressRule rule : rules) {
      if (rule.appliesTo(destination, address)) {
        return new Verdict(rule.allows(), rule.toString());
      }
    }
    return Verdict.deny(
        SpecialRange.of(address)
            .map(range -> NO_RULE + ": " + address + " is special (" + range + ")")
            .orElse(NO_RULE));
  }
}
