package dev.ahti.engine.admission;

import dev.ahti.engine.address.IpAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients hold, by the prefix of their address. A client that has not proven its address may
 * take one half of what belongs to the prefix: packets with a forged sender cost its owner that
 * half at most, and a proof.
 *
 * <p>Bounds: {@link PrefixLimits#prefixes} entries of about 150 bytes, and what else is counted.
 * For one more, an entry that holds nothing is given up, with what it had left of its rate: the
 * first of the 32 that were touched least recently. When these all hold something, newcomers share
 * one entry, with the limits of one prefix: they are short of room, those who are here are not.
 *
 * <p>Not for several threads at once.
 *
 * @param <T> what else is counted of one prefix
 */
public final class PrefixTable<T> {

  /** What is known of one prefix. */
  private static final class Entry<T> {
    private final T other;
    private final TokenBucket rate;
    private int connections;
    private int sessions;

    Entry(T other, PrefixLimits limits, long nowNanos) {
      this.other = other;
      rate = new TokenBucket(limits.perSecond(), limits.burst(), nowNanos);
    }

    boolean holdsNothing() {
      return connections == 0 && sessions == 0;
    }
  }

  /** The leading bits of an address; the rest is zero. */
  private record Prefix(long high, long low, boolean ipv4) {}

  /** Entries that one newcomer is worth looking at. */
  private static final int LOOKS = 32;

  private final PrefixLimits limits;

  /** Least recently touched first. */
  private final LinkedHashMap<Prefix, Entry<T>> entries = new LinkedHashMap<>(16, 0.75f, true);

  private final Entry<T> shared;
  private final Supplier<T> others;
  private int holding;
  private long overflows;

  /**
   * Nothing is held yet.
   *
   * @param others makes what else is counted of one prefix, by somebody else
   */
  public PrefixTable(PrefixLimits limits, Supplier<T> others, long nowNanos) {
    this.limits = limits;
    this.others = others;
    this.shared = new Entry<>(others.get(), limits, nowNanos);
  }

  /**
   * A client wants to connect: takes from the rate of its prefix.
   *
   * @param proven whether it is known to receive at this address
   * @return whether it may go on
   */
  public boolean mayConnect(IpAddress address, boolean proven, long nowNanos) {
    Entry<T> entry = entry(address, nowNanos);
    int held = proven ? 0 : PrefixLimits.reserved(limits.connections());
    int left = proven ? 0 : PrefixLimits.reserved(limits.burst());
    return entry.connections < limits.connections() - held && entry.rate.take(left, nowNanos);
  }

  /**
   * A connection is there, until {@link Held#end()}.
   *
   * @return null when there is no room
   */
  public @Nullable Held<T> connected(IpAddress address, long nowNanos) {
    Entry<T> entry = entry(address, nowNanos);
    if (entry.connections >= limits.connections()) {
      return null;
    }
    hold(entry, 1);
    entry.connections++;
    return new Held<>(
        entry.other,
        () -> {
          entry.connections--;
          hold(entry, -1);
        });
  }

  /**
   * A session is there, until {@link Held#end()}.
   *
   * @return null when there is no room
   */
  public @Nullable Held<T> session(IpAddress address, long nowNanos) {
    Entry<T> entry = entry(address, nowNanos);
    if (entry.sessions >= limits.sessions()) {
      return null;
    }
    hold(entry, 1);
    entry.sessions++;
    return new Held<>(
        entry.other,
        () -> {
          entry.sessions--;
          hold(entry, -1);
        });
  }

  /** What else is counted of a prefix, for who holds nothing that is counted here. */
  public T other(IpAddress address, long nowNanos) {
    return entry(address, nowNanos).other;
  }

  /**
   * Something that a client holds.
   *
   * @param other what else is counted of its prefix
   * @param end gives it back; to be run once
   */
  public record Held<T>(T other, Runnable end) {}

  /** Called where the entry holds nothing but perhaps what is beginning or has ended. */
  private void hold(Entry<T> entry, int change) {
    if (entry != shared && entry.holdsNothing()) {
      holding += change;
    }
  }

  /** How many prefixes with an entry of their own have a connection or a session now. */
  public int holding() {
    return holding;
  }

  /** How often a client found no entry of its own so far. */
  public long overflows() {
    return overflows;
  }

  private Entry<T> entry(IpAddress address, long nowNanos) {
    Prefix prefix = prefix(address);
    Entry<T> known = entries.get(prefix);
    if (known != null) {
      return known;
    }
    if (entries.size() >= limits.prefixes() && !giveOneUp()) {
      overflows++;
      return shared;
    }
    Entry<T> made = new Entry<>(others.get(), limits, nowNanos);
    entries.put(prefix, made);
    return made;
  }

  private boolean giveOneUp() {
    for (int looks = 0; looks < LOOKS && !entries.isEmpty(); looks++) {
      Prefix oldest = entries.keySet().iterator().next();
      // Asking for it makes it the youngest: the next look is at another.
      if (Objects.requireNonNull(entries.get(oldest)).holdsNothing()) {
        entries.remove(oldest);
        return true;
      }
    }
    return false;
  }

  private Prefix prefix(IpAddress address) {
    byte[] bytes = address.bytes();
    boolean ipv4 = bytes.length == Integer.BYTES;
    int bits = ipv4 ? limits.ipv4Bits() : limits.ipv6Bits();
    byte[] masked = new byte[2 * Long.BYTES];
    System.arraycopy(bytes, 0, masked, 0, bytes.length);
    for (int i = 0; i < masked.length; i++) {
      int keep = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
      masked[i] &= (byte) (0xff << (Byte.SIZE - keep));
    }
    return new Prefix(number(masked, 0), number(masked, Long.BYTES), ipv4);
  }

  private static long number(byte[] bytes, int from) {
    long number = 0;
    for (byte one : Arrays.copyOfRange(bytes, from, from + Long.BYTES)) {
      number = number << Byte.SIZE | one & 0xff;
    }
    return number;
  }
}
