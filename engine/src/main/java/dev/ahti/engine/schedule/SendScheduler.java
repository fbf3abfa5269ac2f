package dev.ahti.engine.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says who of a connection sends next. Sessions share as equals; the groups of a session share what
 * it gets as equals, however many streams are in them; in a group the highest order that has
 * something to send goes first, strictly, and equal orders share. All shares are of bytes.
 *
 * <p>To be used like this, wherever bytes are written:
 *
 * <pre>
 *   member has something to send        -&gt; ready(entry)
 *   member = next()                     -&gt; it writes some bytes -&gt; sent(entry, bytes)
 *   member has nothing to send any more -&gt; idle(entry)
 *   member cannot send just now         -&gt; passOver(entry), next() says who else can; endPass()
 * </pre>
 *
 * <p>Memory: an entry for each member, until {@link #remove}. Not thread safe.
 *
 * @param <M> who sends
 */
public final class SendScheduler<M> {

  /** A member's place. */
  public static final class Entry<M> extends TurnRing.Sharer<Entry<M>> {
    private final M member;
    private Group<M> group;
    private SendPriority priority;
    private boolean passedOver;

    private Entry(M member, Group<M> group, SendPriority priority) {
      this.member = member;
      this.group = group;
      this.priority = priority;
    }

    /** Who it belongs to. */
    public M member() {
      return member;
    }

    /** The number of its group. */
    public long group() {
      return group.id;
    }

    /** Its order in its group. */
    public long order() {
      return priority.order();
    }

    /** Whether it has something to send and waits for its turn. */
    public boolean isReady() {
      return isIn() || passedOver;
    }
  }

  private static final class Group<M> extends TurnRing.Sharer<Group<M>> {
    final long id;
    final Session<M> session;
    final TreeMap<Long, TurnRing<Entry<M>>> ready = new TreeMap<>(Comparator.reverseOrder());
    int entries;

    Group(long id, Session<M> session) {
      this.id = id;
      this.session = session;
    }
  }

  private static final class Session<M> extends TurnRing.Sharer<Session<M>> {
    final long id;
    final Map<Long, Group<M>> groups = new HashMap<>();
    final TurnRing<Group<M>> ready;
    boolean held;
    int readyEntries;

    Session(long id, int quantum) {
      this.id = id;
      this.ready = new TurnRing<>(quantum);
    }
  }

  private final int quantum;
  private final Map<Long, Session<M>> sessions = new HashMap<>();
  private final TurnRing<Session<M>> ready;
  private final List<Entry<M>> passed = new ArrayList<>();
  private int readyEntries;

  /**
   * Nobody to begin with.
   *
   * @param quantum bytes of a turn among equals: less is fairer at every moment, more makes longer
   *     writes
   */
  public SendScheduler(int quantum) {
    this.quantum = quantum;
    this.ready = new TurnRing<>(quantum);
  }

  /** One more member, which has nothing to send yet. */
  public Entry<M> add(M member, long session, SendPriority priority) {
    Group<M> group = group(session, priority.group());
    group.entries++;
    return new Entry<>(member, group, priority);
  }

  /** The member is not there any more. Once for each entry. */
  public void remove(Entry<M> entry) {
    idle(entry);
    leave(entry.group);
  }

  /** It has something to send. Nothing new when it had before. */
  public void ready(Entry<M> entry) {
    if (!entry.isReady()) {
      enter(entry);
    }
  }

  /** It has nothing to send any more. */
  public void idle(Entry<M> entry) {
    if (entry.passedOver) {
      entry.passedOver = false;
      passed.remove(entry);
    } else if (entry.isIn()) {
      exit(entry);
    }
  }

  /** It stands elsewhere from now on. */
  public void move(Entry<M> entry, SendPriority priority) {
    if (entry.priority.equals(priority)) {
      return;
    }
    boolean in = entry.isIn();
    if (in) {
      exit(entry);
    }
    Group<M> before = entry.group;
    if (priority.group() != before.id) {
      entry.group = group(before.session.id, priority.group());
      entry.group.entries++;
      leave(before);
    }
    entry.priority = priority;
    if (in) {
      enter(entry);
    }
  }

  /** Whose turn it is; {@code null} when nobody is ready who was not passed over. */
  public @Nullable Entry<M> next() {
    Session<M> session = turn(ready);
    Group<M> group = session == null ? null : turn(session.ready);
    return group == null ? null : turn(group.ready.firstEntry().getValue());
  }

  /**
   * While somebody is passed over no turn begins or ends by looking: in a pass in which nobody can
   * send, all would be given turns that they did not have. They do when something was sent.
   */
  private <T extends TurnRing.Sharer<T>> @Nullable T turn(TurnRing<T> ring) {
    return passed.isEmpty() ? ring.turn() : ring.first();
  }

  /** It has sent so many bytes. */
  public void sent(Entry<M> entry, long bytes) {
    entry.use(bytes);
    entry.group.use(bytes);
    entry.group.session.use(bytes);
    if (!passed.isEmpty()) {
      // Looking does not end turns now, and without that the same one would go on for ever.
      if (entry.isIn()) {
        equals(entry).turn();
      }
      entry.group.session.ready.turn();
      ready.turn();
    }
  }

  /** Its turn among equals is over, however little it has sent. */
  public void endTurn(Entry<M> entry) {
    if (entry.isIn()) {
      equals(entry).endTurn(entry);
    }
  }

  /** It cannot send now, though it is ready: others have their turn until {@link #endPass}. */
  public void passOver(Entry<M> entry) {
    if (entry.isIn()) {
      exit(entry);
      entry.passedOver = true;
      passed.add(entry);
    }
  }

  /** Those who were passed over are asked again. */
  public void endPass() {
    for (Entry<M> entry : passed) {
      entry.passedOver = false;
      enter(entry);
    }
    passed.clear();
  }

  /** How many were passed over since {@link #endPass}. */
  public int passedOver() {
    return passed.size();
  }

  /** Nobody of a session may send until {@link #release}: its own limit is reached. */
  public void hold(long session) {
    Session<M> held = sessions.get(session);
    if (held != null) {
      held.held = true;
      if (held.isIn()) {
        ready.remove(held);
      }
    }
  }

  /** Those of a session may send again. */
  public void release(long session) {
    Session<M> released = sessions.get(session);
    if (released != null && released.held) {
      released.held = false;
      if (!released.ready.isEmpty()) {
        ready.add(released);
      }
    }
  }

  /** How many are ready, those who were passed over aside. */
  public int ready() {
    return readyEntries;
  }

  /** How many of a session are ready, those who were passed over aside. */
  public int readyIn(long session) {
    Session<M> in = sessions.get(session);
    return in == null ? 0 : in.readyEntries;
  }

  /** Whether anybody is ready, those of held sessions and those passed over aside. */
  public boolean isEmpty() {
    return ready.isEmpty();
  }

  private void enter(Entry<M> entry) {
    Group<M> group = entry.group;
    Session<M> session = group.session;
    session.readyEntries++;
    readyEntries++;
    group
        .ready
        .computeIfAbsent(entry.priority.order(), order -> new TurnRing<>(quantum))
        .add(entry);
    if (!group.isIn()) {
      session.ready.add(group);
    }
    if (!session.isIn() && !session.held) {
      ready.add(session);
    }
  }

  private void exit(Entry<M> entry) {
    Group<M> group = entry.group;
    Session<M> session = group.session;
    TurnRing<Entry<M>> equals = equals(entry);
    equals.remove(entry);
    session.readyEntries--;
    readyEntries--;
    if (equals.isEmpty()) {
      group.ready.remove(entry.priority.order());
    }
    if (group.ready.isEmpty()) {
      session.ready.remove(group);
    }
    if (session.ready.isEmpty() && session.isIn()) {
      ready.remove(session);
    }
  }

  private static <M> TurnRing<Entry<M>> equals(Entry<M> entry) {
    TurnRing<Entry<M>> equals = entry.group.ready.get(entry.priority.order());
    if (equals == null) {
      throw new IllegalStateException("not ready");
    }
    return equals;
  }

  private Group<M> group(long session, long group) {
    Session<M> in = sessions.computeIfAbsent(session, id -> new Session<>(id, quantum));
    return in.groups.computeIfAbsent(group, id -> new Group<>(id, in));
  }

  private void leave(Group<M> group) {
    if (--group.entries == 0) {
      Session<M> session = group.session;
      session.groups.remove(group.id);
      if (session.groups.isEmpty()) {
        sessions.remove(session.id);
      }
    }
  }
}
