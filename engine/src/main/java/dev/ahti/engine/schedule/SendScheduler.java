package dev.ahti.engine.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final boolean stays;
    private Group<M> group;
    private SendPriority priority;
    private boolean passedOver;

    private Entry(M member, boolean stays, Group<M> group, SendPriority priority) {
      this.member = member;
      this.stays = stays;
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

    /** Where it takes its turns: apart from those who wait while its session is held. */
    private Group<M> place() {
      return stays && group.session.held ? group.staying() : group;
    }
  }

  private static final class Group<M> extends TurnRing.Sharer<Group<M>> {
    final long id;
    final Session<M> session;
    final TreeMap<Long, TurnRing<Entry<M>>> ready = new TreeMap<>(Comparator.reverseOrder());
    int entries;
    private @Nullable Group<M> staying;

    Group(long id, Session<M> session) {
      this.id = id;
      this.session = session;
    }

    /** The same group without those who wait when the session is held. */
    Group<M> staying() {
      Group<M> made = staying;
      if (made == null) {
        made = new Group<>(id, session);
        staying = made;
      }
      return made;
    }
  }

  private static final class Session<M> extends TurnRing.Sharer<Session<M>> {
    final long id;
    final Map<Long, Group<M>> groups = new HashMap<>();
    final TurnRing<Group<M>> whole;
    final TurnRing<Group<M>> staying;
    final Set<Entry<M>> readyStaying = new LinkedHashSet<>();
    boolean held;
    int waiting;

    Session(long id, int quantum) {
      this.id = id;
      this.whole = new TurnRing<>(quantum);
      this.staying = new TurnRing<>(quantum);
    }

    /** The groups that take turns now. */
    TurnRing<Group<M>> ready() {
      return held ? staying : whole;
    }
  }

  private final int quantum;
  private final Map<Long, Session<M>> sessions = new HashMap<>();
  private final TurnRing<Session<M>> ready;
  private final List<Entry<M>> passed = new ArrayList<>();
  private int sendable;

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
    return add(member, false, session, priority);
  }

  /** The same of one that takes its turns also while its session is held. */
  public Entry<M> addStaying(M member, long session, SendPriority priority) {
    return add(member, true, session, priority);
  }

  private Entry<M> add(M member, boolean stays, long session, SendPriority priority) {
    Group<M> group = group(session, priority.group());
    group.entries++;
    return new Entry<>(member, stays, group, priority);
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
    Group<M> group = session == null ? null : turn(session.ready());
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
    Session<M> session = entry.group.session;
    entry.use(bytes);
    entry.place().use(bytes);
    session.use(bytes);
    if (!passed.isEmpty()) {
      // Looking does not end turns now, and without that the same one would go on for ever.
      if (entry.isIn()) {
        equals(entry).turn();
      }
      session.ready().turn();
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

  /**
   * Nobody of a session may send until {@link #release}, as its own limit is reached, but for those
   * who {@linkplain #addStaying stay}.
   */
  public void hold(long session) {
    setHeld(sessions.get(session), true);
  }

  /** Those of a session may send again. */
  public void release(long session) {
    setHeld(sessions.get(session), false);
  }

  private void setHeld(@Nullable Session<M> session, boolean held) {
    if (session != null && session.held != held) {
      session.readyStaying.forEach(this::takeOut);
      session.held = held;
      session.readyStaying.forEach(this::putIn);
      sendable += held ? -session.waiting : session.waiting;
      takesTurns(session);
    }
  }

  /** How many may send, those who were passed over aside. */
  public int ready() {
    return sendable;
  }

  /** How many of a session wait while it is held, those who were passed over aside. */
  public int heldIn(long session) {
    Session<M> in = sessions.get(session);
    return in == null || !in.held ? 0 : in.waiting;
  }

  /** Whether anybody is ready, those of held sessions and those passed over aside. */
  public boolean isEmpty() {
    return ready.isEmpty();
  }

  private void enter(Entry<M> entry) {
    count(entry, 1);
    putIn(entry);
    takesTurns(entry.group.session);
  }

  private void exit(Entry<M> entry) {
    count(entry, -1);
    takeOut(entry);
    takesTurns(entry.group.session);
  }

  private void count(Entry<M> entry, int more) {
    Session<M> session = entry.group.session;
    if (!entry.stays) {
      session.waiting += more;
    } else if (more > 0) {
      session.readyStaying.add(entry);
    } else {
      session.readyStaying.remove(entry);
    }
    if (entry.stays || !session.held) {
      sendable += more;
    }
  }

  private void putIn(Entry<M> entry) {
    Group<M> place = entry.place();
    place
        .ready
        .computeIfAbsent(entry.priority.order(), order -> new TurnRing<>(quantum))
        .add(entry);
    if (!place.isIn()) {
      ring(entry, place).add(place);
    }
  }

  private void takeOut(Entry<M> entry) {
    Group<M> place = entry.place();
    TurnRing<Entry<M>> equals = equals(entry);
    equals.remove(entry);
    if (equals.isEmpty()) {
      place.ready.remove(entry.priority.order());
    }
    if (place.ready.isEmpty()) {
      ring(entry, place).remove(place);
    }
  }

  private TurnRing<Group<M>> ring(Entry<M> entry, Group<M> place) {
    Session<M> session = entry.group.session;
    return place == entry.group ? session.whole : session.staying;
  }

  /** It does if anybody in it may send. */
  private void takesTurns(Session<M> session) {
    boolean takes = !session.ready().isEmpty();
    if (takes && !session.isIn()) {
      ready.add(session);
    } else if (!takes && session.isIn()) {
      ready.remove(session);
    }
  }

  private static <M> TurnRing<Entry<M>> equals(Entry<M> entry) {
    TurnRing<Entry<M>> equals = entry.place().ready.get(entry.priority.order());
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
