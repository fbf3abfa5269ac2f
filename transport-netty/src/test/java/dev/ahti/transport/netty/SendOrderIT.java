package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.stage.StreamHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Orders and groups of streams as the peer sees them, behind a slow link. */
class SendOrderIT extends SlowLink {

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void allBytesOfTheHigherOrderComeBeforeTheRestOfTheLower(Role role) {
    StreamHandle low = open(role, 0, 1);
    StreamHandle high = open(role, 0, 2);
    AtomicLong lowAtTheEnd = new AtomicLong(-1);
    count(
        role,
        2,
        (letter, sum) -> {
          if (letter == 'h' && sum == MIB) {
            lowAtTheEnd.set(came('l'));
          }
        });
    Feeder.start(new Feeder(low, 'l', MIB), new Feeder(high, 'h', MIB));
    PortProbe.await(() -> came('l') == MIB);
    assertEquals(MIB, came('h'));
    assertTrue(lowAtTheEnd.get() <= WINDOW, lowAtTheEnd + " bytes of the lower came first");
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource
  void streamThatIsRaisedWhileItWaitsOvertakesWithinAWindow(Role role) {
    StreamHandle first = open(role, 0, 2);
    StreamHandle raised = open(role, 0, 1);
    AtomicLong atTheRaise = new AtomicLong();
    AtomicLong firstMeanwhile = new AtomicLong(-1);
    count(
        role,
        2,
        (letter, sum) -> {
          if (letter == 'f' && sum > MIB / 2 && atTheRaise.compareAndSet(0, sum)) {
            raised.priority(new SendPriority(0, 3));
          } else if (letter == 'r' && sum == MIB / 2) {
            firstMeanwhile.set(came('f') - atTheRaise.get());
          }
        });
    Feeder.start(new Feeder(first, 'f', 2 * MIB), new Feeder(raised, 'r', MIB / 2));
    PortProbe.await(() -> firstMeanwhile.get() >= 0);
    assertTrue(firstMeanwhile.get() <= WINDOW, firstMeanwhile + " bytes of the first came on");
    assertTrue(atTheRaise.get() < 2 * MIB - WINDOW);
    PortProbe.await(() -> came('f') == 2 * MIB);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @CsvSource({"CLIENT, 3", "SERVER, 3", "CLIENT, 1", "SERVER, 8"})
  void groupsOfEqualDemandGetEqualShares(Role role, int crowd) {
    SessionHandle sender = sender(role);
    long one = sender.createSendGroup().id();
    long other = sender.createSendGroup().id();
    List<StreamHandle> streams = new ArrayList<>();
    // A crowd gets no more than the others, nor does a high order in a group of its own.
    for (int i = 0; i < crowd; i++) {
      streams.add(open(role, one, 0));
    }
    streams.add(open(role, other, 1_000_000));
    streams.add(open(role, 0, -7));
    lossless();
    List<Map<Character, Long>> marks = new CopyOnWriteArrayList<>();
    count(role, streams.size(), (letter, sum) -> mark(marks));
    Feeder[] feeders = new Feeder[streams.size()];
    for (int i = 0; i < feeders.length; i++) {
      feeders[i] = new Feeder(streams.get(i), i < crowd ? 'a' : i == crowd ? 'b' : 'c', 2 * MIB);
    }
    Feeder.start(feeders);
    PortProbe.await(() -> marks.size() == 2);
    assertEqualShares(marks);
    streams.forEach(stream -> stream.control().reset(0));
  }
}
