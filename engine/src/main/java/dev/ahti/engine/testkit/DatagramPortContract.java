package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramStats;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;

/**
 * What every {@link DatagramPort} must do; each check has the ports of a new session. Nothing may
 * be lost on the way between them: what is missing was dropped by a port.
 */
public abstract class DatagramPortContract extends PortContract {

  /** More than fit, by this many. */
  private static final int TOO_MANY = 5;

  /** For a subclass. */
  protected DatagramPortContract() {}

  /**
   * The datagrams of a session that is open at both ends.
   *
   * @param near one end
   * @param far the other end, with the same bounds
   */
  public record Pair(DatagramPort near, DatagramPort far) {}

  /** Opens a new session. */
  protected abstract Pair open();

  /** How many received ones wait for the consumer. */
  protected abstract int incomingCapacity();

  /** How many offered ones wait for the transport. */
  protected abstract int outgoingCapacity();

  @Override
  public final Map<String, Runnable> rules() {
    Map<String, Runnable> rules = new LinkedHashMap<>();
    rules.put("datagrams come unchanged and in order, empty ones too", this::unchanged);
    rules.put("a full ring says no, and the oldest outgoing one goes", this::fullOutgoing);
    rules.put("a producer that was told no is woken when there is room", this::wakesWriter);
    rules.put("the oldest incoming one goes for the newest", this::fullIncoming);
    rules.put("one above the largest size is dropped, and asks nobody to wait", this::oversized);
    rules.put("an armed reader is woken on the loop", this::wakesReader);
    rules.put("the end wakes both sides and drops what is queued", this::endWakes);
    rules.put("what was offered is sent or counted as dropped, at the end too", this::endCounts);
    rules.put("after the end an offer is refused and dropped", this::offerAfterEnd);
    rules.put("what comes after the end is dropped", this::receivedAfterEnd);
    rules.put("a second end does nothing", this::endsOnce);
    rules.putAll(new DatagramWriterRules(this).rules());
    return rules;
  }

  private void unchanged() {
    Pair pair = open();
    List<ByteString> sent =
        List.of(bytes(10, 1), ByteString.emptyByteString(), bytes(1000, 2), bytes(1, 3));
    sent.forEach(pair.near()::offer);
    same("received", sent, received(pair.far(), sent.size()));
    same("stats", new DatagramStats(0, 0, sent.size(), 0, 0), pair.near().stats());
    same("peer's stats", new DatagramStats(sent.size(), 0, 0, 0, 0), pair.far().stats());
  }

  private void fullOutgoing() {
    Pair pair = open();
    int offered = outgoingCapacity() + TOO_MANY;
    List<Boolean> answers = offerAtOnce(pair.near(), offered);
    for (int i = 0; i < offered; i++) {
      same("more after " + (i + 1), i + 1 < outgoingCapacity(), answers.get(i));
    }
    List<ByteString> newest = numbered(TOO_MANY, offered);
    same("received", newest, received(pair.far(), newest.size()));
    same("stats", new DatagramStats(0, 0, newest.size(), TOO_MANY, 0), pair.near().stats());
  }

  private void wakesWriter() {
    Pair pair = open();
    AtomicInteger woken = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    pair.near().onWritable(counting(pair.near(), woken, elsewhere));
    offerAtOnce(pair.near(), 1);
    settle();
    same("wake-ups of one that was not told no", 0, woken.get());
    offerAtOnce(pair.near(), outgoingCapacity());
    holds("the producer was woken", () -> woken.get() > 0);
    check("there is room", pair.near().offer(bytes(1, 1)));
    same("wake-ups off the loop", 0, elsewhere.get());
  }

  private void fullIncoming() {
    Pair pair = open();
    int offered = incomingCapacity() + TOO_MANY;
    for (int i = 0; i < offered; i++) {
      int sent = i + 1;
      pair.near().offer(numbered(i));
      holds("it came", () -> pair.far().stats().received() == sent);
    }
    same("stats", new DatagramStats(offered, TOO_MANY, 0, 0, 0), pair.far().stats());
    same("received", numbered(TOO_MANY, offered), received(pair.far(), incomingCapacity()));
    same("polled", null, pair.far().poll());
  }

  private void oversized() {
    Pair pair = open();
    int largest = pair.near().maxSize();
    check("more may be offered", pair.near().offer(bytes(largest + 1, 1)));
    check("more may be offered", pair.near().offer(bytes(largest, 2)));
    same("received", List.of(bytes(largest, 2)), received(pair.far(), 1));
    same("stats", new DatagramStats(0, 0, 1, 0, 1), pair.near().stats());
  }

  private void wakesReader() {
    Pair pair = open();
    AtomicInteger woken = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    pair.far().onReadable(counting(pair.far(), woken, elsewhere));
    for (int round = 0; round < 20; round++) {
      same("polled", null, pair.far().poll());
      int before = woken.get();
      pair.near().offer(numbered(round));
      holds("woken in round " + round, () -> woken.get() > before);
      same("polled", numbered(round), pair.far().poll());
    }
    same("wake-ups off the loop", 0, elsewhere.get());
  }

  private void endWakes() {
    Pair pair = open();
    AtomicInteger readable = new AtomicInteger();
    AtomicInteger writable = new AtomicInteger();
    AtomicInteger elsewhere = new AtomicInteger();
    pair.near().offer(numbered(0));
    holds("it came", () -> pair.far().stats().received() == 1);
    pair.far().onReadable(counting(pair.far(), readable, elsewhere));
    pair.far().onWritable(counting(pair.far(), writable, elsewhere));
    same("end", null, pair.far().ended());
    pair.far().close("it is over");
    // Neither was armed: the end is told all the same.
    holds("the reader was woken", () -> readable.get() > 0);
    holds("the producer was woken", () -> writable.get() > 0);
    same("end", "it is over", pair.far().ended());
    same("polled", null, pair.far().poll());
    same("wake-ups off the loop", 0, elsewhere.get());
  }

  private void endCounts() {
    Pair pair = open();
    CompletableFuture<Void> done = new CompletableFuture<>();
    // On the loop, where nothing is sent before this is over.
    pair.near()
        .loop()
        .execute(
            () -> {
              pair.near().offer(numbered(0));
              pair.near().offer(numbered(1));
              pair.near().close("it is over");
              done.complete(null);
            });
    holds("it was closed", () -> done.isDone() && pair.near().ended() != null);
    settle();
    same("stats", new DatagramStats(0, 0, 0, 2, 0), pair.near().stats());
    same("received", 0L, pair.far().stats().received());
  }

  private void offerAfterEnd() {
    Pair pair = open();
    pair.near().close("it is over");
    holds("it ended", () -> pair.near().ended() != null);
    check("refused", !pair.near().offer(numbered(0)));
    settle();
    same("stats", new DatagramStats(0, 0, 0, 0, 0), pair.near().stats());
    same("received", 0L, pair.far().stats().received());
  }

  private void receivedAfterEnd() {
    Pair pair = open();
    pair.far().close("it is over");
    holds("it ended", () -> pair.far().ended() != null);
    pair.near().offer(numbered(0));
    holds("it was sent", () -> pair.near().stats().sent() == 1);
    settle();
    same("polled", null, pair.far().poll());
    same("received", 0L, pair.far().stats().received());
  }

  private void endsOnce() {
    Pair pair = open();
    AtomicInteger woken = new AtomicInteger();
    pair.near().onReadable(woken::incrementAndGet);
    pair.near().close("first");
    holds("it ended", () -> woken.get() == 1);
    pair.near().close("second");
    settle();
    same("end", "first", pair.near().ended());
    same("wake-ups", 1, woken.get());
  }

  /** Offers so many, numbered, in one task of the loop, where nothing is sent meanwhile. */
  private List<Boolean> offerAtOnce(DatagramPort port, int count) {
    List<Boolean> answers = Collections.synchronizedList(new ArrayList<>());
    port.loop().execute(() -> IntStream.range(0, count).forEach(i -> answers.add(offer(port, i))));
    holds("all were offered", () -> answers.size() == count);
    return answers;
  }

  private static boolean offer(DatagramPort port, int number) {
    return port.offer(numbered(number));
  }

  final List<ByteString> received(DatagramPort port, int count) {
    List<ByteString> all = new ArrayList<>();
    holds(
        count + " came",
        () -> {
          ByteString next;
          while ((next = port.poll()) != null) {
            all.add(next);
          }
          return all.size() >= count;
        });
    settle();
    same("more than these", null, port.poll());
    return all;
  }

  static ByteString numbered(int number) {
    return ByteString.fromString("datagram " + number);
  }

  private static List<ByteString> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(DatagramPortContract::numbered).toList();
  }

  private static Runnable counting(
      DatagramPort port, AtomicInteger woken, AtomicInteger elsewhere) {
    return () -> {
      woken.incrementAndGet();
      if (!port.loop().inLoop()) {
        elsewhere.incrementAndGet();
      }
    };
  }
}
